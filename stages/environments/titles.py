"""Patterns of names by kind of noun: how a person of that trade calls a task, a matter, a job or a queue.

`{a|b}` is one of the words given, `{city}` a slot that `labels` fills from faker or mimesis, `~` in front means small
letters. The kind is found by the whole noun, else by its words from the last to the first. A pattern never ends in the
noun itself: people say "the Marketing team calendar", so the calendar is called "Marketing team".
"""

Patterns = tuple[str, ...]

PERSON: Patterns = ("{first} {last}",)
ANY: Patterns = ("{city} {thing}", "{team} {thing}", "{last} {thing}", "{month} {thing}")

# (nouns, patterns). Nouns are parted by commas.
TITLES: tuple[tuple[str, Patterns], ...] = (
    (
        "student, teacher, guardian, contact, person, user, member, attendee, patient, employee, author, owner,"
        " customer, recipient, delegate, participant, collaborator, subscriber, buyer, invitation, sender address, viewer",
        PERSON,
    ),
    (
        "task, todo, reminder",
        (
            "Call {first} back",
            "Email {first} the {agenda|contract|photos|slides}",
            "Pay the {last} invoice",
            "Buy {flowers|gifts|coffee} for {first}",
            "Book flight to {city}",
            "Cook {dish}",
            "Prepare {quarter} {team} report",
            "Review {team} {budget|plan|hiring}",
            "Pick up {first}",
            "Renew {month} train pass",
            "Fix the {kitchen sink|garden gate|bike|printer}",
        ),
    ),
    (
        "task list, list, board, playlist, bookshelf",
        (
            "{city} trip",
            "{first} birthday party",
            "{month} groceries",
            "{quarter} goals",
            "{team} onboarding",
            "{last} family errands",
            "{Kitchen|Bathroom|Garden|Garage} repairs",
            "Books from {first}",
        ),
    ),
    (
        "calendar",
        (
            "{team} team",
            "{last} family",
            "{city} office",
            "{first} and {first}",
            "{Soccer|Swimming|Piano|Chess} {practice|lessons}",
            "Holidays {year}",
            "{team} on call",
        ),
    ),
    (
        "event, appointment, meeting, booking, conference",
        (
            "Lunch with {first}",
            "Call with {first}",
            "{team} {standup|planning|offsite}",
            "{quarter} {team} review",
            "Interview {first} {last}",
            "{first} birthday dinner",
            "{Dentist|Doctor|Haircut} with {first}",
            "{city} site visit",
        ),
    ),
    (
        "course, class, classroom",
        (
            "{subject} {I|II|101}",
            "{language} for beginners",
            "Advanced {subject}",
            "Introduction to {code}",
            "{subject} {honors|seminar|lab}",
            "{language} {I|II|conversation}",
        ),
    ),
    (
        "assignment, homework, quiz, exercise, work",
        (
            "Chapter {n} exercises",
            "{subject} quiz {n}",
            "{language} vocabulary {n}",
            "Lab report {n}",
            "Problem set {n}",
            "Essay about {city}",
        ),
    ),
    (
        "announcement",
        (
            "No class on {weekday}",
            "Quiz on {weekday}",
            "{subject} exam in {month}",
            "Bring {laptops|calculators|textbooks} on {weekday}",
            "{first} teaches on {weekday}",
            "Field trip to {city}",
        ),
    ),
    (
        "course material, material, lesson",
        (
            "Chapter {n} slides",
            "Week {n} notes",
            "{subject} syllabus",
            "{month} reading list",
            "{subject} formula sheet",
        ),
    ),
    ("add on attachment", ("{subject} {worksheet|flashcards|simulation|video}", "Chapter {n} {quiz|video}")),
    ("student group", ("{color} team", "{weekday} lab group", "{first} and {first}", "Table {n}")),
    ("topic, subject, module, unit", ("{subject} review", "Unit {n}", "{month} projects", "{language} grammar")),
    ("criteria, criterion", ("{Clarity|Evidence|Grammar|Structure|Accuracy|Creativity}",)),
    (
        "file, document, spreadsheet, attachment, asset, media, video, image, photo",
        (
            "{quarter} {team} budget",
            "{month} invoice",
            "{last} contract",
            "{city} itinerary",
            "{team} handbook",
            "{first} resume",
            "{month} meeting notes",
            "{team} roadmap {year}",
        ),
    ),
    (
        "comment, reply",
        (
            "Please check page {n}",
            "Looks good to {first}",
            "{first} fixed it {weekday}",
            "Moved to {weekday}",
            "{team} approved this",
            "Waiting for {first}",
            "Still open for {team}",
        ),
    ),
    (
        "message",
        (
            "Running late, {first}",
            "Meeting moved to {weekday}",
            "{first} is out {weekday}",
            "Lunch on {weekday}?",
            "{team} numbers are in",
            "Welcome to {team}, {first}",
            "{city} office is closed",
        ),
    ),
    (
        "post",
        (
            "Notes from {city}",
            "How to cook {dish}",
            "Learning {code}",
            "{month} in my garden",
            "A weekend in {city}",
            "What {first} taught me",
        ),
    ),
    ("page", ("About {first} {last}", "{city} travel guide", "{month} recipes", "Contact {first}", "{dish} recipe")),
    (
        "note",
        (
            "{city} packing list",
            "{dish} recipe",
            "Gift ideas for {first}",
            "{month} meal plan",
            "Books from {first}",
            "Questions for {first}",
            "{team} meeting {weekday}",
        ),
    ),
    ("draft", ("Offer to {last}", "Reply to {first}", "{month} newsletter")),
    (
        "label",
        (
            "{Receipts|Invoices|Taxes|Newsletters} {year}",
            "{city} travel",
            "{last} family",
            "{team}",
            "{month} bills",
            "{last} {suffix}",
            "School {first}",
        ),
    ),
    ("custom emoji, emoji", ("~:{party|sad|happy|busy|cool}-{cat|dog|parrot|robot}:", "~:{first}-{wave|wow|nod}:")),
    (
        "space, channel",
        (
            "{team} team",
            "{thing} launch",
            "{city} office",
            "{first} onboarding",
            "Design review {month}",
            "{team} and {team}",
        ),
    ),
    ("section", ("{team} chats", "{city} projects", "{last} account", "{month} events")),
    ("room", ("{color} lounge", "{last} hall", "{city} suite")),
    (
        "case, issue, ticket, incident",
        (
            "Cannot {reset password|export data|sign in|upload files}",
            "{Billing error|Missing invoice|Double charge} in {month}",
            "Slow {thing} in {city}",
            "Login fails on {os}",
            "{team} lost access",
            "{first} needs a refund",
        ),
    ),
    ("company, account, advertiser, merchant, organization, publisher, vendor, partner", ("{last} {suffix}",)),
    ("tenant, property", ("{last} {suffix}",)),
    ("job, position, vacancy", ("{job}", "Senior {job}", "Junior {job}", "Lead {job}")),
    ("matter", ("{last} v. {last}", "{last} {merger|audit|lease dispute}", "{last} {suffix} {contract|patent}")),
    ("export", ("{first} {last} mailbox", "{team} mail {month}", "{last} drive files", "{month} chat logs")),
    (
        "group, mailing list",
        ("{team} {city}", "{last} project", "{city} {drivers|volunteers|sales}", "{team} managers"),
    ),
    ("organizational unit, department", ("{city} {branch|campus|school}", "{team} {contractors|interns|managers}")),
    ("schema", ("{Badge|Parking|Payroll|Shift|Travel} {details|info}", "{team} {details|codes}")),
    ("printer, print server", ("{city} floor {n}", "{team} {color|laser|label}", "{last} {lobby|copy room}")),
    ("location, site, building, store, office, warehouse, branch, place", ("{city} {north|downtown|harbor}", "{city}")),
    ("product, item, inventory", ("{color} {lamp|chair|backpack|mug|bottle}", "{device}")),
    (
        "app, application",
        ("{last} {website|store|blog}", "{city} {parking|transit|events}", "{team} {portal|dashboard}"),
    ),
    ("container", ("{last} {website|store|blog}", "{city} {tourism|events} site")),
    ("environment", ("{city} {staging|preview}", "{first} sandbox", "QA {month}")),
    ("workspace", ("{month} campaign", "{first} changes", "{thing} tracking", "{city} launch")),
    ("client", ("{last} {mobile|kiosk|checkout} app", "{city} web server")),
    ("folder, collection, album, category", ("{team} archive", "{last} project", "{city} campaign", "{month} {year}")),
    ("tag", ("{city} campaign pixel", "{month} sale conversion", "{last} remarketing", "{thing} signup")),
    ("template, preset", ("{team} {letter|invoice|banner}", "{last} cookie banner", "{month} newsletter layout")),
    ("transformation", ("Hide {city} addresses", "Remove {team} emails", "Mask {city} phone numbers")),
    ("trigger", ("{thing} page viewed", "{city} form sent", "{month} sale clicked", "{team} signup")),
    ("variable", ("{thing} total", "{city} store id", "{team} page type", "{month} discount")),
    ("zone", ("{city} stores", "{last} franchise", "{team} partners")),
    ("deployment strategy", ("{weekday} {canary|rollout}", "{city} {canary|rollout}", "{month} gradual rollout")),
    ("configuration profile, configuration", ("{thing} {flags|limits}", "{city} {pricing|opening hours}")),
    ("query", ("{city} orders", "{month} {sales|refunds|signups}", "Top {team} customers", "{month} {city} churn")),
    (
        "pull request",
        (
            "Fix {login|search|export} {crash|timeout}",
            "Upgrade {code}",
            "Add {thing} {tests|docs|logging}",
            "Rename {thing} module",
        ),
    ),
    ("project", ("{last} {shop|banking|fitness} app", "{city} parking app", "{thing} rewrite")),
    ("device pool, instance profile", ("{device}", "{city} {phones|tablets}", "{month} {phones|tablets}")),
    ("network profile", ("{city} {3G|4G|hotel WiFi}", "{last} {train|rural} LTE")),
    ("remote access session", ("{first} {debugging|demo}", "{team} demo", "{device} demo")),
    ("upload", ("~{city}-{app|tests}.{zip|apk}", "~{thing}-{app|tests}.{zip|apk}")),
    ("vpce configuration, endpoint", ("{thing} endpoint", "{city} endpoint")),
    (
        "session",
        ("{month} {sales|survey} analysis", "{city} {traffic|weather} model", "{first} notebook", "{team} charts"),
    ),
    ("kernel", ("{code}", "{code} for {team}", "{code} with {first}")),
    ("thread", ("{month} {team} planning", "{city} trip")),
    ("card", ("{month} summary", "{team} vote", "{first} birthday")),
)
