"""What an API is about, one word of our small list, by words of its title and description.

A word of the title counts three times. The domain with most points wins, of equal ones the first in the table; an API
without any of the words is `other`. The table is small on purpose: it balances a catalogue, it teaches nothing.
"""

import re

_WORDS = {
    "education": "classroom course courses student students teacher teachers education school library books",
    "commerce": "payment payments commerce merchant shopping ads adsense advertising advertiser campaign campaigns "
    "marketing billing cost costs budget budgets invoice price pricing retail wallet marketplace orders procurement "
    "partner partners customer customers sales bidder buyer doubleclick travel hotel jobs business subscription "
    "subscriptions savings travel",
    "media": "media video videos audio image images youtube photos podcast live broadcast speech polly vision "
    "transcribe blog blogger blogs news channel channels elemental playback ivs",
    "communication": "mail gmail email emails chat message messages messaging messenger notification notifications voice "
    "phone call calls contact contacts meet meeting conversation conversations dialogflow sms pinpoint chime translate",
    "office": "calendar task tasks document documents docs sheets slides drive forms keep notes workspace people "
    "spreadsheet presentation vault workdocs workmail",
    "identity": "identity iam directory user users authentication authorization credentials security certificate "
    "certificates keys secrets policy policies permissions sso cognito accounts organizations compliance audit "
    "guardduty threat firewall privacy",
    "data": "data database databases analytics query queries warehouse bigquery sql table tables spark dataset datasets "
    "index lake machine learning model models training forecast prediction dashboard report reports metrics genomics "
    "omics timeseries redshift quicksight sagemaker bedrock ai personalize",
    "developer": "build builds deployment developer developers code repository repositories test testing debug trace "
    "artifact artifacts pipeline pipelines workflow workflows firebase functions lambda serverless git sdk",
    "cloud": "cloud compute network networking storage instance instances cluster clusters container containers "
    "kubernetes server servers virtual vpc dns load balancer backup disk volume volumes migration device devices iot "
    "edge gateway domain domains infrastructure monitoring logging queue resources hosting",
}
_TABLE = {domain: frozenset(words.split()) for domain, words in _WORDS.items()}


def domain_of(title: str, description: str) -> str:
    """The domain that the words of an API's title and description point at most."""
    said = 3 * re.findall(r"[a-z]+", title.lower()) + re.findall(r"[a-z]+", description.lower())
    points = {domain: sum(word in words for word in said) for domain, words in _TABLE.items()}
    best = max(points, key=lambda domain: points[domain])
    return best if points[best] else "other"
