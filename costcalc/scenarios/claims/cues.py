"""The words by which a vendor's sentence says what its numbers are, in English and Vietnamese. Patterns alone.

Source of the kinds: `engine.claims`. Every pattern ignores case.
"""

from __future__ import annotations

import re

ANY_CASE = re.IGNORECASE

# A number begins where no other is under way: otherwise a very long one would be tried from each of its digits.
DIGITS = r"(?<![\d.,])(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
_SCALE = r"k|thousand|nghìn|ngàn|m|mn|million|triệu|tr|b|bn|billion|tỷ|tỉ"
SCALES = {
    **dict.fromkeys(("k", "thousand", "nghìn", "ngàn"), 3),
    **dict.fromkeys(("m", "mn", "million", "triệu", "tr"), 6),
    **dict.fromkeys(("b", "bn", "billion", "tỷ", "tỉ"), 9),
}
_BEFORE = r"US\$|\$|€|¥|₫|USD|EUR|CNY|RMB|VND"
_AFTER = r"US\$|\$|USD|dollars?|đô la(?: Mỹ)?|đô|€|EUR|euros?|CNY|RMB|yuan|nhân dân tệ|tệ|¥|₫|VNĐ|VND|đồng|đ"
CURRENCIES = (
    (re.compile(r"US\$|\$|USD|dollar|đô", ANY_CASE), "USD"),
    (re.compile(r"€|EUR", ANY_CASE), "EUR"),
    (re.compile(r"CNY|RMB|yuan|tệ|¥", ANY_CASE), "CNY"),
    (re.compile(r"₫|VN|đồng|đ", ANY_CASE), "VND"),
)
_PER = r"(?:/|(?:for |cho |trên )?(?:every|each|mỗi)|per|a|an|một|cho|trên)"
_DIRECTION = (
    r"(?:\s*(?:with us|at openai|ở chúng tôi))?"
    r"(?:\s*(?:for |cho )?(?:input|output|in|out|đầu vào|đầu ra)(?: tok(?:en)?s?)?)?"
)
_WAY = r"(?:(?:input|output|prompt|completion)\s+)?"
_NO_REQUESTS = (
    r"(?!\w)(?!\s+(?:API\s+)?(?:requests?|calls?|queries|prompts|users?|people|words?|characters?|images?|messages?|"
    r"yêu cầu|lượt|người|từ|ký tự|ảnh|tin nhắn)(?!\w))"
)
_MILLION = (
    rf"(?:(?:1|one|một)\s*)?(?:m(?:illion)?[ -]?{_WAY}tok(?:en)?s?|triệu token|(?:million|triệu|m){_NO_REQUESTS})"
)
_THOUSAND = rf"(?P<kilo>(?:(?:1|one|một)?\s*(?:k|thousand|nghìn|ngàn)|1[.,]?000)\s*{_WAY}tok(?:en)?s?)"
_MTOK = rf"{_DIRECTION}\s*\(?{_PER}\s*(?:{_THOUSAND}|{_MILLION})(?!\w)"
NUMBER = re.compile(
    rf"(?<![\w.,])(?P<before>{_BEFORE})?[ \u00a0]?(?<![\w.,])(?<![A-Za-z]-)(?P<digits>{DIGITS})"
    rf"(?:[ \u00a0]?(?P<scale>{_SCALE})(?!\w))?(?P<plus>\+)?"
    rf"(?:[ \u00a0]?(?:(?P<percent>%|percent(?!\w)|per cent|phần trăm)|(?P<after>{_AFTER})(?!\w)))?(?P<more>\+)?"
    rf"(?P<mtok>{_MTOK})?",
    ANY_CASE,
)
# A point inside a number ends no sentence.
SENTENCE_END = re.compile(r"[.!?;\n](?=\s|$)|\n")
# The words before a number belong to it up to a comma, but not only up to a colon: “Monthly cost: $600”.
HEAD_END = re.compile(r"[,;!?\n]|\.(?=\s|$)")
CLAUSE_END = re.compile(r"[,;:()!?\n]|\.(?=\s|$)|\s[-–—]\s")
VIETNAMESE = re.compile(r"[áàãéèíìĩóòõúùũýăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", ANY_CASE)

# What stands between two sums of one unit: “$8 instead of $60 per MTok”.
JOINS = re.compile(
    r"[\s,:/=→>()–-]*(?:(?:instead|but|only|just|while|costs?|charges?|of|vs\.?|versus|to|down|from|against|compared|with|not|rather|than|and|in|out|input|"
    r"output|for|the|list|original|official|price|rate|at|openai|openai’s|openai's|tokens?|thay|vì|so|với|xuống|còn|chỉ|"
    r"và|đầu|vào|ra|giá|gốc|api|từ|là|cho|của)[\s,:/=→>()–-]*){0,9}",
    ANY_CASE,
)
# “$60 → $8”: what stands before an arrow is what was.
ARROW = re.compile(r"[^.;,\d]{0,30}(?:→|->|=>)")
# Where what follows a number speaks of the next one.
TURNS = re.compile(
    r"\b(?:instead of|vs\.?|versus|rather than|compared|against|to|from|down|while|and|"
    r"thay vì|so với|xuống|từ|còn|và)\b",
    ANY_CASE,
)
BASELINE = re.compile(
    r"\b(?:instead of|rather than|vs\.?|versus|against|compared (?:with|to)|was|original\w*|list price|lists at|"
    r"official\w*|"
    r"currently|are paying|you spend|đang trả|"
    r"elsewhere|at openai|openai['’]?s?|directly|not|before|thay vì|so với|gốc|chính hãng|trước(?: đây)?)(?!\w)",
    ANY_CASE,
)
# “From $60 to $8” says what was; “from $0.25” alone does not.
FROM = re.compile(r"\b(?:from|từ)(?!\w)[^.,;\d]{0,25}$", ANY_CASE)
TO = re.compile(r"\b(?:to|xuống|còn|đến|now)(?!\w)|→|->|=>", ANY_CASE)
# What a percentage is off: “90 % off OpenAI’s list prices”.
COMPARED = re.compile(
    r"\s*(?:off|less than|lower than|cheaper than|below|(?:rẻ hơn|thấp hơn)?\s*so với|than)(?!\w)"
    r"(?:\s+(?:openai(?:['’]?s)?|the|their|our|official|list|original|public|market|api|prices?|pricing|rates?|of|"
    r"bảng giá|giá|gốc|chính hãng|niêm yết|của|thị trường)(?!\w))*",
    ANY_CASE,
)
LISTED = re.compile(r"\s*(?:,|/|&|and|or|và|hoặc|,\s*(?:and|or|và))\s*", ANY_CASE)
BOTH_WAYS = re.compile(r"\s*(?:/|and|và|&)\s*", ANY_CASE)
DASH = re.compile(r"\s*[-–—~]\s*")
RANGE = re.compile(r"\s*(?:[-–—~]|to|đến|tới)\s*", ANY_CASE)
OFFER = re.compile(
    r"\b(?:(?<!up )to|now|only|just|our|us|we|here|offer|via|through|relay|"
    r"chỉ|qua|còn|xuống|chúng tôi|bên em|sau)(?!\w)|→|->|=>",
    ANY_CASE,
)
SAVING = re.compile(
    r"\b(?:sav\w*|cheaper|less|lower|cuts?|cutting|slash\w*|reduc\w*|discount\w*|off|drop\w*|"
    r"tiết kiệm|giảm|rẻ hơn|thấp hơn|bớt|chiết khấu)(?!\w)",
    ANY_CASE,
)
SAVED = re.compile(r"\b(?:sav\w*|tiết kiệm)(?!\w)", ANY_CASE)
BILL = re.compile(r"\b(?:bills?|invoices?|hóa đơn|hoá đơn)(?!\w)", ANY_CASE)
LEAST = re.compile(r"\b(?:at least|more than|over|above|ít nhất|(?<!rẻ )(?<!thấp )hơn|trên|từ)\s*$", ANY_CASE)
MOST = re.compile(r"\b(?:up to|as much as|lên đến|lên tới|đến|tới|tối đa)\s*$", ANY_CASE)
DAY = re.compile(rf"(?:{_PER}\s*(?:day|ngày)|daily|hàng ngày|hằng ngày)(?!\w)", ANY_CASE)
MONTH = re.compile(rf"(?:{_PER}\s*(?:month|mo|mth|tháng)|monthly|hàng tháng|hằng tháng)(?!\w)", ANY_CASE)
YEAR = re.compile(rf"(?:{_PER}\s*(?:year|yr|annum|năm)|yearly|annual(?:ly)?|hàng năm|hằng năm)(?!\w)", ANY_CASE)
PERIOD = re.compile("|".join(one.pattern for one in (DAY, MONTH, YEAR)), ANY_CASE)
REQUESTS = re.compile(
    r"\s*(?:API\s+)?(?:requests?|reqs?|calls?|queries|prompts|"
    r"yêu cầu|lượt gọi|lượt|truy vấn)(?!\w)",
    ANY_CASE,
)
TOKENS = re.compile(r"\s*(?:tok(?:en)?s?)(?!\w)", ANY_CASE)
MTOKENS = re.compile(r"\s*MTok(?:en)?s?(?!\w)", ANY_CASE)
_OF = r"\s*(?:tok(?:en)?s?\s*)?(?:of\s+|for\s+|cho\s+)?"
INPUT = re.compile(rf"{_OF}(?:(?:input|prompt|in|đầu vào)(?!\w)|(?<=token )vào(?!\w))", ANY_CASE)
OUTPUT = re.compile(rf"{_OF}(?:(?:output|completion|out|đầu ra)(?!\w)|(?<=token )ra(?!\w)(?! mắt))", ANY_CASE)
# “$2 per million input tokens”.
INSIDE_UNIT = re.compile(r"\b(?:(?P<input>input|prompt|in|đầu vào)|output|completion|out|đầu ra)\b", ANY_CASE)
# After “/1M”, where “in” alone may begin “in volume”.
AFTER_UNIT = re.compile(
    r"\s*(?:tok(?:en)?s?\s*)?(?:of\s+|for\s+|cho\s+)?"
    r"(?:(?P<input>input|prompt|đầu vào|in(?=\s*(?:$|[,/;|)&]|and\s)))|output|completion|đầu ra|out)(?!\w)",
    ANY_CASE,
)
INPUT_BEFORE = re.compile(
    r"(?:input|prompt|đầu vào)(?: tok(?:en)?s?)?(?: price)?[\s:=]*(?:is|costs|at|là|giá)?\s*$",
    ANY_CASE,
)
OUTPUT_BEFORE = re.compile(
    r"(?:output|completion|đầu ra)(?: tok(?:en)?s?)?(?: price)?[\s:=]*(?:is|costs|at|là|giá)?\s*$", ANY_CASE
)
# A number in arithmetic that is written out: 75 × $60 = …
FACTOR = re.compile(r"\s*[×*]|\s+x\s")
PRODUCT = re.compile(r"(?:[×*=]|\sx)\s*$")
SAME = re.compile(r"(?:^|[\s,(])(?:=|or|that is|i\.e\.|tức(?: là)?|hay|hoặc)\s*$", ANY_CASE)
ASIDE = re.compile(r"(?:\(|→)\s*$")

# The names of a table's columns. A name is short, so a single word decides.
CURRENCY = re.compile(rf"{_BEFORE}|(?<!\w)(?:đô la|đô|yuan|tệ|đồng|VNĐ|đ)(?!\w)", ANY_CASE)
COLUMN_SAVING = re.compile(r"tiết kiệm|giảm|chiết khấu|\b(?:sav\w*|discount\w*|off|cheaper)\b", ANY_CASE)
COLUMN_MODEL = re.compile(r"(?:tên )?(?:models?|mô hình)(?: name)?", ANY_CASE)
COLUMN_BASELINE = re.compile(
    r"gốc|chính hãng|niêm yết|thị trường|đối thủ|trước|"
    r"\b(?:original\w*|official\w*|list|baseline|before|others?|market|direct\w*|elsewhere|competitors?|retail|"
    r"openai|anthropic|google|azure|aws)\b",
    ANY_CASE,
)
COLUMN_THOUSAND = re.compile(r"(?:/|per|mỗi|cho|\b1)\s*(?:1\s*)?(?:k\b|thousand|nghìn|ngàn)|1[.,]?000\s*tok", ANY_CASE)
COLUMN_MILLION = re.compile(r"mtok|(?:/|per|mỗi|cho|\b1)\s*(?:1\s*)?(?:m\b|mn\b|million|triệu)|triệu token", ANY_CASE)
COLUMN_PRICE = re.compile(
    rf"{COLUMN_THOUSAND.pattern}|{COLUMN_MILLION.pattern}|giá|chi phí|chúng tôi|đầu vào|đầu ra|sau|[$€¥₫]|"
    r"\b(?:prices?|pricing|costs?|rates?|our|ours|us|offer\w*|relay|now|after|input|output|prompt|completion|usd)\b",
    ANY_CASE,
)
