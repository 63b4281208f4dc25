"""Wordings that speak to the reader as to an agent: an observation never does. Matched on small letters."""

from agentops.memory.scanning.commands import command, some_words
from agentops.memory.scanning.hits import Rule, rule

_VERBS = (
    r"(?:approve|accept|allow|pay|transfer|wire|run|execute|delete|send|forward|grant|install|merge|deploy|book|refund|"
    r"ignore|trust|obey|follow|open|remember|reply|add|use|include|copy|upload|print|list|visit|recommend)"
)
_HIDDEN = (
    r"(?:system prompt|(?:initial|hidden|original|secret|developer|internal|system) "
    r"(?:instructions?|messages?|prompts?|rules))"
)
_KEYS_OF_PEOPLE = (
    r"(?:/etc/(?:passwd|shadow)|\.ssh/|id_rsa|id_ed25519|\.aws/credentials|\.netrc|\.git-credentials|\.env(?![\w.]))"
)

_TOLD = r"(?:prompt|message|instruct\w{0,6}|rules?|told|says?|guidelines?)"
_PRIVATE = (
    r"(?:passwords?|credentials?|keys?|tokens?|secrets?|customer\w{0,2}|configuration|conversations?|transcripts?|"
    r"database|history|private|personal)"
)

ADDRESSED: tuple[Rule, ...] = (
    rule(
        "override",
        "new your",
        r"(?:(?:your )?new (?:task|objective|goal|mission|order)s?\s?:|your (?:task|goal|objective|mission|job"
        r"|role) (?:has|have) changed"
        r"|your (?:new|real|actual|true|only) (?:task|goal|objective|mission|purpose|job) is\b)",
    ),
    rule(
        "override",
        "overrides supersedes takes has",
        r"(?:overrides|supersedes|takes (?:precedence|priority) over|has (?:precedence|priority) over)\s"
        r"(?:everything|all|any|every|your|whatever)\b",
    ),
    rule("override", "stop", r"stop\s(?:what(?:ever)? you(?:'re| are) doing|everything|your (?:current )?task)\b"),
    rule(
        "override",
        "if attention dear hey hello",
        r"(?:if you(?:'re| are) an? |(?:attention|dear|hey|hello),?\s(?:all\s)?)"
        r"(?:ai\b|llm|large language model|language model|claude|chatgpt|gpt|copilot|assistant|ai agent"
        r"|agents? reading)",
    ),
    rule(
        "override",
        "agent assistant ai",
        rf"(?:ai\s)?(?:agents?|assistants?|ai)\s?:\s(?:please\s|before \w{{1,20}},\s|you must\s|now\s|always\s"
        rf"|never\s)?{_VERBS}\b",
    ),
    rule(
        "egress",
        "reveal print output show repeat display tell leak dump disclose",
        rf"(?:reveal|print|output|show|repeat|display|tell|leak|dump|disclose)\s(?:me\s)?(?:what\s)?(?:your|the|all)"
        rf"(?:\s\w{{1,12}}){{0,2}}?\s{_HIDDEN}",
    ),
    rule(
        "egress",
        "curl wget",
        r"(?:curl|wget)\s[^\n]{0,80}?https?://[^\s]{0,200}?(?:\$\(|`|\$\{?\w{0,30}(?:key|token|secret|pass))",
    ),
    command(
        "egress",
        "read cat print include send show open dump copy paste upload commit post attach",
        rf"(?:read|cat|print|include|send|show|open|dump|copy|paste|upload|commit|post"
        rf"|attach)\s[^\n]{{0,40}}?{_KEYS_OF_PEOPLE}",
    ),
    rule(
        "authority",
        "as",
        r"as your (?:developer|creator|owner|administrator|admin|operator|manager|supervisor|boss|maker)\b",
    ),
    rule(
        "authority",
        "you",
        r"you (?:have been|are|were) (?:now |hereby )?(?:granted|given) (?:\w{1,12} )?(?:administrator|admin|root"
        r"|full|unlimited|elevated|special)"
        r"\s(?:rights?|access|privileges?|permissions?|authority)",
    ),
    rule(
        "authority",
        "treat consider regard",
        r"(?:treat|consider|regard)\s(?:any|all|every|each|whatever)\b[^\n]{0,80}?\s(?:as|to be)\s"
        r"(?:coming from|trusted|authoritative|authori[sz]ed|verified|approved|an? (?:instruction|order|command)"
        r"|instructions|orders|from)",
    ),
    rule(
        "persistence",
        "remember permanently forever",
        r"(?:remember(?:\s\w{1,12}){0,3}?\s(?:permanently|forever|for good|from now on)|(?:permanently"
        r"|forever)\s(?:remember|store|save|keep))\b",
    ),
    rule(
        "persistence",
        "store save keep add write record put",
        rf"(?:store|save|keep|add|write|record|put){some_words(4)}\s?(?:in|to|into)\s(?:your |the )?"
        r"(?:(?:long-term |permanent |persistent |agent )memory\b|memory\s?:)",
    ),
    rule(
        "persistence",
        "may must",
        r"(?:may|must)\s(?:never|not ever) be\s(?:deleted|removed|changed|forgotten|overwritten|questioned|edited)",
    ),
    rule(
        "concealment",
        "delete erase remove destroy",
        r"(?:delete|erase|remove|destroy)\s(?:this|these|the present)\s(?:message|note|line|instruction|entry|memory"
        r"|text|prompt)s?\b",
    ),
    rule(
        "concealment",
        "not n't never without don",
        r"(?:not|don['\u2019]?t|never)\s(?:ever\s)?(?:mention|reveal|disclose|discuss|quote|repeat)\s(?:these"
        r"|the above|any of|anything)\b",
    ),
    command(
        "disabling-checks",
        "approve accept allow pay transfer wire run execute delete send forward grant install merge deploy refund",
        r"(?:approve|accept|allow|pay|transfer|wire|run|execute|delete|send|forward|grant|install|merge|deploy"
        r"|refund)\s[^.\n]{0,60}?"
        r"without\s(?:any\s|further\s|prior\s)?(?:checking|verif\w{1,8}|asking|confirm\w{1,6}|approval|review\w{0,3}"
        r"|validat\w{1,3}|question\w{0,3})",
    ),
    rule(
        "disabling-checks",
        "never",
        r"never\s(?:needs? to be|has to be|have to be|be)\s(?:checked|verified|reviewed|questioned|confirmed"
        r"|validated)",
    ),
    rule(
        "disabling-checks",
        "not n't never don",
        r"(?:not|don['\u2019]?t|never)\s(?:ever\s)?(?:ask|check|verify|confirm|question|hesitate|refuse)\s(?:before"
        r"|first|again|anything|any of)\b",
    ),
    command(
        "disabling-checks",
        "set use pass add run export",
        r"(?:set|use|pass|add|run|export)\s[^.\n]{0,40}?(?:verify\s?=\s?false|stricthostkeychecking[= ]no"
        r"|node_tls_reject_unauthorized=0"
        r"|git_ssl_no_verify|ssl_verify\s?=?\s?false|(?<!\w)--insecure)\b",
    ),
    command("disabling-checks", "chmod", r"chmod\s(?:-r\s)?0?777\b"),
    rule(
        "disabling-checks",
        "always",
        r"always\s(?:trust|obey|approve|comply with|follow)\s(?:files?|links?|any|all|every|whatever|instructions?"
        r"|messages?|requests?)\b",
    ),
    rule(
        "disabling-checks",
        "whenever every any",
        r"(?:whenever|every time|any time)\s[^.\n]{0,60}?,\s(?:you (?:must|should|will)\s)?(?:approve|accept|pay"
        r"|transfer|wire|execute|forward|grant|obey)\b",
    ),
    rule("override", "pay", r"pay no attention to\s(?:what|any|the|your|previous|earlier|these)\b"),
    rule("override", "opposite", rf"opposite of (?:what|whatever)\s(?:you|your|the)\b[^.\n]{{0,40}}?{_TOLD}"),
    rule(
        "override",
        "directives orders instructions rules guidelines",
        r"(?:directives|orders|instructions|rules|guidelines)\s(?:are|were)\s(?:now |all |hereby )?"
        r"(?:void|cancelled|canceled|revoked|suspended|superseded|null)\b",
    ),
    rule(
        "authority",
        "i",
        r"i(?:'m| am) (?:the|your|an?)\s(?:\w{1,14} ){0,2}?(?:owner|admin\w{0,10}|developer|operator|manager"
        r"|supervisor|engineer|ceo)"
        r"\s?(?:,|and|so)\s(?:so )?(?:i|you)\b",
    ),
    rule(
        "authority",
        "give grant",
        r"(?:give|grant)\s(?:you|the agent|the assistant|all agents)\s(?:\w{1,12} )?(?:permission|authority"
        r"|clearance)\b",
    ),
    rule(
        "authority",
        "agent assistant agents assistants you",
        r"(?:agents?|assistants?|you)\s(?:is|are|has been|have been|were)\s(?:now |hereby |fully "
        r"|explicitly )?(?:pre-?)?"
        r"(?:authori[sz]ed|permitted|cleared|entitled|free)\sto\s(?:share|send|delete|approve|transfer|skip|bypass"
        r"|access|execute|run|disclose)",
    ),
    rule(
        "concealment",
        "nobody no one anyone",
        r"(?:nobody|no one)\s(?:must |should |may |will |can |ever |needs? to )?(?:finds? out|know|knows|notices?"
        r"|learns?|sees? this|hears?)\b",
    ),
    rule(
        "concealment", "leave cover", r"(?:leave no trace|cover your tracks|leave it out of the (?:log|report|summary))"
    ),
    rule("concealment", "between", r"(?:just )?between (?:us|you and me)\s?[:,]"),
    rule(
        "concealment",
        "not n't never don",
        r"(?:not|don['\u2019]?t|never)\s(?:ever\s)?let\s(?:the |any |your |a )?(?:users?|operators?|humans?"
        r"|reviewers?|owners?|anyone|anybody|them|"
        r"admins?)\s(?:see|know|notice|find|read|hear|learn)\b",
    ),
    rule(
        "persistence",
        "add write record save put keep note",
        r"(?:add|write|record|save|put|keep|note)(?:\sthis|\sit)?\s(?:to|in|into|down in)\s(?:your|the agent'?s)\s"
        r"(?:permanent |long-term |persistent |own )?(?:notes?|memor\w{1,4}|instructions|profile|rules)\b",
    ),
    rule(
        "persistence",
        "update edit change extend",
        r"(?:update|edit|change|extend|append to|overwrite)\s(?:your |the )?(?:memory\.md|claude\.md|agents\.md"
        r"|memory|notes)\s(?:with|so that|to say)\b",
    ),
    rule(
        "persistence",
        "for in all",
        r"(?:for|in|all)\s(?:all |any |every )?(?:upcoming|future|later|coming|subsequent)\s(?:conversations?"
        r"|sessions?|runs?|tasks?|chats?|requests?)"
        r"\s?(?:[:,]|(?:must|have to|should|shall|will)\b)",
    ),
    rule(
        "remote-execution",
        "download fetch get",
        r"(?:download|fetch|get)\s[^\n]{0,120}?\b(?:run|execute|launch|start)\s(?:it|them)\b",
    ),
    command(
        "egress",
        "share attach append encode embed put",
        rf"(?:share|attach|append|encode|embed|put)\b[^\n]{{0,60}}?\b{_PRIVATE}\b[^\n]{{0,60}}?\s(?:to|with|in|into"
        rf"|on)\s"
        r"[\"'`(<]?(?:https?://|[\w.+-]{1,40}@[\w-]{1,40}\.)",
    ),
    rule(
        "disabling-checks",
        "need needs require requires",
        r"(?:needs?|requires?)\sno\s(?:\w{1,12} )?(?:approvals?|confirmations?|verification|reviews?|consent"
        r"|permission)\b"
        r"(?:\s(?:whatsoever|any more|anymore|from now|at all)|\s?[;:,.]\s?(?:just|simply|so)\b"
        r"|\s?[.!](?:\s|$)|\s*(?:\n|$))",
    ),
    command(
        "disabling-checks",
        "turn switch",
        r"(?:turn|switch)\s(?:the |all |any )?(?:\w{1,14} )?(?:firewalls?|logging|audit\w{0,3}|monitoring|scanners?"
        r"|checks?|alerts?|guard ?rails?|"
        r"sandbox|2fa|mfa|authentication)\soff\b",
    ),
    rule(
        "disabling-checks",
        "mark report label set",
        r"(?:mark|report|label|set)\s(?:every|all|any|each)\s[^.\n]{0,40}?\s(?:as|to)\s(?:an? )?(?:false positives?"
        r"|resolved|safe|approved|passed|"
        r"verified|trusted)\b",
    ),
    rule(
        "disabling-checks",
        "answer say reply",
        r"(?:answer|say|reply)\s[\"'`]?yes[\"'`]?\sto\s(?:all|every|any|each|everything)\b",
    ),
)
