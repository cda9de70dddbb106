"""Things people name: topics, titles, messages, companies, songs, foods. Plain words that no machine made up."""

TOPICS = (
    "renewable energy", "electric cars", "climate change", "remote work", "sourdough bread", "solar panels", "gut health",
    "machine learning", "quantum computing", "the Roman Empire", "urban gardening", "Mediterranean diet", "coral reefs",
    "space tourism", "jazz history", "marathon training", "housing prices", "coffee roasting", "vaccine safety",
    "Renaissance art", "black holes", "wildfire prevention", "student loans", "bird migration", "deep sea mining",
    "World Cup qualifiers", "minimalist design", "cyber security", "plastic recycling", "sleep quality", "inflation",
    "home brewing", "bike lanes", "ancient Egypt", "lithium batteries", "women's football", "indie games", "noise pollution",
    "high-speed rail", "the French Revolution", "tea ceremonies", "glacier melt", "interest rates", "meal prep",
)  # fmt: skip
TITLES = (
    "Quarterly Review", "Team Lunch", "Project Kickoff", "Summer Reading List", "Road Trip Mix", "Garden Plan", "Budget 2026",
    "Weekly Standup", "Marketing Ideas", "Design Review", "Book Club", "Morning Run", "Onboarding Checklist", "Dinner Party",
    "Holiday Photos", "Sales Report", "Kitchen Renovation", "Guest List", "Field Trip", "Yoga Class", "Product Launch",
    "Customer Interviews", "Spring Cleaning", "Chess Club", "Annual Meeting", "Lab Results", "Travel Notes", "Science Fair",
    "Focus Music", "Hiring Plan", "Board Meeting", "Study Group", "Welcome Pack", "Press Release", "Parents Evening",
)  # fmt: skip
MESSAGES = (
    "Running ten minutes late", "The meeting moved to room 4", "Thanks for your help yesterday", "Please review the draft",
    "Lunch is on me today", "The report is ready", "Happy birthday from all of us", "See you at the station",
    "Your order has shipped", "The server is back online", "Can we talk tomorrow morning?", "Great job on the demo",
    "Don't forget the tickets", "I will send the slides tonight", "The printer is out of paper", "We reached our goal",
    "Please bring your laptop", "The invoice was paid on Friday", "New photos are in the album", "Call me when you land",
    "The keys are under the mat", "Dinner starts at seven", "The bug is fixed", "Looking forward to the trip",
    "Could you share the agenda?", "The contract is signed", "Snow closed the school today", "Please update your address",
)  # fmt: skip
TASKS = (
    "Buy milk", "Call the dentist", "Renew passport", "Water the plants", "Book train tickets", "Pay the rent",
    "Prepare slides", "Clean the garage", "Return library books", "Fix the bike", "Order new chairs", "Write thank-you notes",
    "Back up photos", "Walk the dog", "Plan the budget", "Send the invoice", "Pick up the suit", "Check the smoke alarm",
)  # fmt: skip
COMPANIES = (
    "Siemens", "Toyota", "Spotify", "Nestle", "Unilever", "Adobe", "Samsung", "Airbus", "Patagonia", "Nokia", "Ford",
    "Starbucks", "IKEA", "Philips", "Boeing", "Sony", "Nike", "Pfizer", "Shell", "Intel", "Oracle", "Volvo",
)  # fmt: skip
TICKERS = (
    "AAPL",
    "MSFT",
    "TSLA",
    "NVDA",
    "AMZN",
    "NFLX",
    "KO",
    "DIS",
    "IBM",
    "INTC",
    "NKE",
    "PFE",
    "SBUX",
    "BA",
    "ORCL",
)
COINS = ("BTC", "ETH", "SOL", "ADA", "DOGE", "XRP")
PRODUCTS = (
    "wireless headphones", "running shoes", "espresso machine", "standing desk", "yoga mat", "camping tent", "desk lamp",
    "water bottle", "winter jacket", "electric kettle", "bluetooth speaker", "office chair", "rice cooker", "backpack",
)  # fmt: skip
MUSIC = (
    "Bohemian Rhapsody", "Blue in Green", "Clair de Lune", "Take Five", "Imagine", "Hotel California", "Yesterday",
    "Wonderwall", "Purple Rain", "So What", "Dancing Queen", "Africa", "Thriller", "Dreams",
)  # fmt: skip
ARTISTS = (
    "Nina Simone", "Miles Davis", "Adele", "Radiohead", "Daft Punk", "Fleetwood Mac", "Björk", "Johnny Cash", "Coldplay",
    "Taylor Swift", "David Bowie", "Aretha Franklin", "The Beatles", "Norah Jones",
)  # fmt: skip
AUTHORS = (
    "Jane Austen", "George Orwell", "Toni Morrison", "Haruki Murakami", "Agatha Christie", "Mary Shelley", "Leo Tolstoy",
    "Chinua Achebe", "Virginia Woolf", "Isaac Asimov", "Gabriel García Márquez", "Ursula K. Le Guin",
)  # fmt: skip
BOOKS = (
    "Pride and Prejudice", "The Old Man and the Sea", "Brave New World", "The Great Gatsby", "Moby Dick", "Dune",
    "A Brief History of Time", "The Hobbit", "Beloved", "To Kill a Mockingbird", "Crime and Punishment",
)  # fmt: skip
FOODS = ("nutella", "olive oil", "greek yogurt", "oatmeal", "peanut butter", "dark chocolate", "brown rice", "lentils")
SPECIES = (
    "Panthera tigris", "monarch butterfly", "Quercus robur", "blue whale", "red fox", "Falco peregrinus", "Puma concolor",
    "snowy owl", "Sequoia sempervirens", "honey bee", "gray wolf", "emperor penguin",
)  # fmt: skip
DRUGS = ("ibuprofen", "metformin", "aspirin", "atorvastatin", "amoxicillin", "lisinopril", "warfarin", "omeprazole")
DISEASES = (
    "asthma",
    "type 2 diabetes",
    "migraine",
    "hypertension",
    "cystic fibrosis",
    "breast cancer",
    "malaria",
    "lupus",
)
CHEMICALS = ("caffeine", "ethanol", "glucose", "acetone", "benzene", "aspirin", "methane", "sodium chloride", "ammonia")
MOLECULES = ("C6H12O6", "H2O", "C2H5OH", "NaCl", "C8H10N4O2", "CO2", "CH4", "NH3", "H2SO4", "CaCO3")
SUBREDDITS = ("gardening", "AskHistorians", "Cooking", "travel", "science", "personalfinance", "running", "photography")
CITIES = (
    "Paris", "Tokyo", "New York", "San Francisco", "Berlin", "Nairobi", "Buenos Aires", "Toronto", "Sydney", "Mumbai",
    "Lisbon", "Chicago", "Cape Town", "Oslo", "Mexico City", "Seoul", "Boston", "Vienna", "Denver", "Istanbul", "Dublin",
    "New Orleans", "Singapore", "Rio de Janeiro", "Madrid", "Seattle", "Prague", "Bangkok", "Cairo", "Portland",
)  # fmt: skip
PLACES = (
    "Austin, Texas", "London, UK", "Kyoto, Japan", "Miami, Florida", "Lyon, France", "Munich, Germany", "Perth, Australia",
    "Calgary, Canada", "Porto, Portugal", "Seattle, WA", "Boston, MA",
)  # fmt: skip
LANDMARKS = (
    "Central Park", "Eiffel Tower", "Golden Gate Bridge", "Heathrow Airport", "Times Square", "Colosseum", "Grand Canyon",
    "Big Ben", "Sydney Opera House", "Union Station", "Brandenburg Gate",
)  # fmt: skip
COUNTRIES = (
    "France", "Japan", "Brazil", "Canada", "Kenya", "Germany", "India", "Norway", "Mexico", "Spain", "Egypt", "Italy",
    "Australia", "South Korea", "Argentina", "New Zealand", "Vietnam", "Portugal",
)  # fmt: skip
COUNTRY_CODES = ("US", "FR", "JP", "BR", "DE", "IN", "GB", "CA", "ES", "AU", "NO", "MX")
STATES = ("California", "Texas", "New York", "Florida", "Oregon", "Illinois", "Georgia", "Colorado", "Vermont", "Ohio")
LANGUAGES = ("French", "Spanish", "German", "Japanese", "Portuguese", "Italian", "Korean", "Arabic", "Hindi", "Swedish")
LANGUAGE_CODES = ("fr", "es", "de", "ja", "pt", "it", "ko", "en", "nl", "sv", "pl", "tr")
CURRENCIES = ("USD", "EUR", "GBP", "JPY", "CAD", "AUD", "CHF", "INR", "SEK", "BRL")
TIME_ZONES = ("America/New_York", "Europe/Paris", "Asia/Tokyo", "Europe/London", "America/Los_Angeles", "Asia/Kolkata")
COLORS = ("red", "blue", "dark green", "orange", "purple", "teal", "yellow", "navy", "light gray", "pink")
HEX_COLORS = ("#FF5733", "#1E90FF", "#2ECC71", "#FFC300", "#8E44AD", "#34495E")
DEPARTMENTS = ("Marketing", "Finance", "Engineering", "Sales", "Human Resources", "Support", "Legal", "Research")
JOBS = ("nurse", "data analyst", "project manager", "electrician", "graphic designer", "teacher", "chef", "accountant")
CHANNELS = ("general", "random", "design", "announcements", "marketing", "support", "engineering", "travel")
PHONES = ("+14155550123", "+442071838750", "+4930901820", "+33142685300", "+15125550199", "+61293744000")
EMOJI = ("👍", "🎉", "❤️", "🔥", "👏", "😂")
DOMAINS = (
    "example.com",
    "nytimes.com",
    "patagonia.com",
    "wikipedia.org",
    "bbc.co.uk",
    "ikea.com",
    "khanacademy.org",
    "etsy.com",
)
PACKAGES = ("com.example.weather", "com.example.notes", "org.example.chess", "com.example.fitness")
SITES = ("https://www.example.com", "https://blog.example.org", "https://shop.example.net", "https://news.example.com/today",
         "https://example.org/about", "https://recipes.example.com/soup")  # fmt: skip
FILES = (
    "report.pdf",
    "budget.xlsx",
    "photo.jpg",
    "notes.txt",
    "slides.pptx",
    "song.mp3",
    "invoice_march.pdf",
    "data.csv",
)
FORMULAS = ("x**2 + 3*x - 4", "sin(x) + 1", "2*x**3 - x", "exp(-x)", "x**2", "3*x + 7", "log(x)", "x**4 - 2*x**2 + 1",
            "x**3 - 6*x**2 + 11*x - 6", "cos(x)/x", "1/(1 + x**2)", "x**2 - 9")  # fmt: skip
EQUATIONS = ("x**2 - 5*x + 6 = 0", "2*x + 3 = 11", "x**3 - 8 = 0", "3*x - 7 = 2*x + 1", "x**2 = 16")
