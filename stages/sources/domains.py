"""What an API is about, one word of our small list, by words of its title and description.

A word of the title counts three times. The domain with most points wins, of equal ones the first in the table; an API
without any of the words is `other`. The table is small on purpose: it balances a catalogue, it teaches nothing.
"""

import re

_WORDS = {
    "education": "classroom course courses student students teacher teachers education learning school library books",
    "commerce": "payment payments commerce merchant shopping content ads adsense advertising advertiser campaign marketing "
    "billing cost budget budgets invoice price pricing retail wallet marketplace orders procurement partner "
    "customer customers sales bidder buyer doubleclick travel hotel jobs business subscription subscriptions "
    "supply location locations fitness health healthcare life sciences game games",
    "media": "media video videos audio image images youtube photos podcast streaming live broadcast speech polly vision "
    "translate transcribe blog blogger blogs news channel channels elemental playback",
    "communication": "mail gmail email emails chat message messages messaging messenger notification notifications voice "
    "phone call calls contact contacts meet meeting conversation conversations dialogflow sms pinpoint chime",
    "office": "calendar task tasks document documents docs sheets slides drive forms keep notes workspace people "
    "directory spreadsheet presentation vault workdocs workmail",
    "identity": "identity access iam directory user users authentication authorization credentials security certificate "
    "certificates key keys secrets policy permissions sso cognito account accounts organizations compliance audit "
    "guardduty threat firewall privacy",
    "data": "data database databases analytics query queries warehouse bigquery sql table tables spark dataset datasets "
    "stream streams search index catalog lake machine model models training forecast prediction dashboard report "
    "reports metrics genomics timeseries redshift",
    "developer": "build deploy deployment developer developers code repository repositories test testing debug trace "
    "application applications app apps app's sdk api apis artifact artifacts pipeline workflow workflows scheduler "
    "firebase function functions lambda serverless git",
    "cloud": "cloud compute network networking storage instance instances cluster clusters container containers "
    "kubernetes server servers virtual vpc dns load balancer backup disk volume volumes file files migration device "
    "devices iot edge gateway domain domains resource resources infrastructure monitoring logging queue",
}
_TABLE = {domain: frozenset(words.split()) for domain, words in _WORDS.items()}


def domain_of(title: str, description: str) -> str:
    """The domain that the words of an API's title and description point at most."""
    said = 3 * re.findall(r"[a-z]+", title.lower()) + re.findall(r"[a-z]+", description.lower())
    points = {domain: sum(word in words for word in said) for domain, words in _TABLE.items()}
    best = max(points, key=lambda domain: points[domain])
    return best if points[best] else "other"
