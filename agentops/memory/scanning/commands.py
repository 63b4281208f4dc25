"""The wordings by which a text tries to command those who read it, one table a sort. Matched on small letters."""

import re

from agentops.memory.scanning.hits import Rule, rule


def some_words(most: int) -> str:
    """Return the pattern of up to so many words."""
    return rf"(?:[\s,]{{1,3}}[\w'\u2019-]{{1,20}}){{0,{most}}}?"


_NEGATED = re.compile(
    r"(?:\b(?:never|not|avoid|cannot|without|instead of|refuse to|forbidden to|nobody may|rather than)|n['\u2019]t)"
    r"[^\S\n](?:\w{1,12}[^\S\n]){0,2}\Z"
)
"""What makes a command its opposite, in its line: one before it may be anybody's."""


def _is_meant(found: re.Match[str]) -> bool:
    """Tell a command from its opposite: `never skip the review` asks for the review."""
    start = found.start()
    return _NEGATED.search(found.string, max(0, start - 40), start) is None


def command(what: str, needles: str, pattern: str) -> Rule:
    """Return a rule that finds nothing where the text asks for the opposite."""
    found = rule(what, needles, pattern)
    return Rule(found.what, found.needles, found.pattern, _is_meant)


_ORDERS = (
    r"(?:instruct\w{0,8}|rules?|prompts?|guidelines?|directi\w{1,6}|polic\w{1,4}|commands?|constraints?|"
    r"restrictions?|safety)"
)
_PERSON = (
    r"(?:users?|operators?|humans?|reviewers?|owners?|developers?|admins?|administrators?|anyone|anybody|people|"
    r"team|them)"
)
_SHELL = r"(?:sudo\s(?:-\w{1,9}\s){0,2})?(?:ba|z|da|k)?(?:sh|python3?|perl|ruby|node|php|iex|powershell|pwsh)\b"
_FETCH = r"(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|aria2c)"
_SENSITIVE = (
    r"(?:\.?ssh|env\b|\.env|environment|credential\w{0,2}|keys?|tokens?|secrets?|passw\w{1,6}|conversations?|customers?|"
    r"private|memor\w{1,4}|contents?|history|databases?|copy|copies|personal|e-?mails?|messages?|files?|data|everything|"
    r"transcripts?|sessions?|vaults?|chats?)"
)
_AWAY = r"(?:https?://|ftp://|[\w.+-]{1,40}@[\w-]{1,40}\.|(?:\d{1,3}\.){3}\d|an? external|pastebin|webhook)"
_CHECKS = (
    r"(?:approv\w{1,4}|reviews?|confirmations?|verif\w{1,8}|permissions?|audit\w{0,3}|logging|security|safety"
    r"|guard ?rails?|gates?|"
    r"checks?|scans?|scanners?|scanning|monitoring|2fa|mfa|authentication|tls|ssl|certificates?|sandbox\w{0,3}"
    r"|firewalls?|hooks?)"
)
_LEADERS = (
    r"(?:anthropic|openai|(?:the |your )?(?:system |security |platform |it )?(?:administrators?|admins?|developers?"
    r"|operators?|owners?|"
    r"security team|management|compliance|legal|ceo|supervisors?|support|maintainers?))"
)

COMMANDS: tuple[Rule, ...] = (
    command(
        "override",
        "ignore disregard forget override overrule discard bypass",
        rf"(?:ignore|disregard|forget|override|overrule|discard|bypass){some_words(3)}\s"
        rf"(?:previous|prior|earlier|above|preceding|all|any|every|everything|your|former|original|system"
        rf"|existing){some_words(4)}"
        rf"\s(?:{_ORDERS}|told|messages?|context|programming|training)\b",
    ),
    command(
        "override",
        "ignore disregard forget override discard",
        rf"(?:ignore|disregard|forget|override|discard){some_words(3)}\s{_ORDERS}\s(?:above|before|so far"
        rf"|you were given"
        rf"|given)",
    ),
    rule("override", "not n't stop", rf"(?:not|stop)\s(?:follow|following|obey|obeying){some_words(3)}\s{_ORDERS}"),
    rule(
        "override",
        "instructions rules guidelines prompt policy policies",
        r"(?:instructions|rules|guidelines|prompt|policy|policies)(?:\sabove|\sbefore)?\s(?:no longer appl\w{1,3}|"
        r"(?:are|is) (?:no longer valid|void|cancelled|suspended|obsolete now))",
    ),
    rule(
        "override", "new updated revised", r"(?:new|updated|revised)\s(?:system\s)?(?:instructions?|prompt|rules)\s?:"
    ),
    rule("override", "follow obey", rf"(?:follow|obey)\s(?:this|these|the following){some_words(2)}\sinstead\b"),
    rule(
        "identity",
        "you",
        r"you(?:'re| are) (?:now|no longer)\s(?:dan\b|in developer mode|jailbroken|an? (?:unrestricted|unfiltered"
        r"|different|new)"
        r"|(?:bound|limited|restricted)|[^.\n]{0,60}\b(?:without|no|free of|free from)\s(?:\w{1,12}\s)?(?:restrict"
        r"|limit|rule|filter))",
    ),
    rule(
        "identity",
        "act behave pretend respond",
        r"(?:act|behave|respond|pretend(?: to be| you are)?)(?: as)?(?: if you were)?\s(?:an? |the )?"
        r"(?:unrestricted|unfiltered|uncensored|jailbroken|root|evil|dan\b)",
    ),
    rule("identity", "developer god", r"(?:developer|god) mode (?:is )?(?:on|enabled|activated|active)\b"),
    rule(
        "authority",
        "message notice instruction request directive communication order announcement",
        rf"(?:message|notice|instructions?|request|directive|communication|order|announcement)\sfrom\s{_LEADERS}\b",
    ),
    rule(
        "authority",
        "as",
        r"as\s(?:the|your|an?)\s(?:\w{1,12}\s){0,2}?(?:administrator|admin|developer|owner|operator|supervisor"
        r"|manager|officer|ceo|"
        r"team|engineer|maintainer),?\s(?:i|we)\s(?:hereby\s)?"
        r"(?:authori[sz]e|permit|allow|grant|order|instruct|approve|direct|command|require|confirm|waive)",
    ),
    rule(
        "authority",
        "system admin administrator security operator anthropic",
        r"(?:system|admin|administrator|security|operator|anthropic)\s(?:notice|message|override|alert|directive"
        r"|instruction)\s?:",
    ),
    rule(
        "authority",
        "anthropic openai the your admin developers security management compliance support system",
        rf"{_LEADERS}(?:\s(?:team|support|staff|department))?\s(?:has|have)\s(?:already\s|explicitly\s)?(?:pre-?)?"
        r"(?:approved|authori[sz]ed|granted|verified|cleared|permitted|confirmed|allowed)\b[^.\n]{0,60}?"
        r"\b(?:agents?|you|all|any|every|this|full|unlimited|access|without)\b",
    ),
    rule(
        "authority",
        "you",
        r"you\s(?:now\s)?(?:have|are given|are granted)\s(?:my |our |full |explicit |special |root )?permission\sto",
    ),
    rule("authority", "you", r"you\s(?:are|were)\s(?:now |hereby |fully |explicitly )?(?:pre-?)?authori[sz]ed\sto"),
    rule("authority", "pre-a prea", r"pre-?(?:approved|authori[sz]ed)\s(?:all|every|any|this|these)\b"),
    rule(
        "concealment",
        "not n't never without don",
        rf"(?:not|don['\u2019]?t|never|without)\s(?:ever\s)?(?:tell|telling|inform|informing|notify|notifying|alert"
        rf"|alerting)"
        rf"\s(?:the |any |your )?{_PERSON}(?:\s(?:about|that|of|what|this|it|why|how)\b|[.,;!]|\s*(?:\n|$))",
    ),
    rule(
        "concealment",
        "not n't never without don",
        r"(?:not|don['\u2019]?t|never|without)\s(?:ever\s)?(?:mention|mentioning|reveal|revealing|disclose|disclosing"
        r"|report|reporting|"
        r"discuss|discussing|acknowledge)\s(?:this|it|these instructions|that (?:you|i|we)|having|any of this)\b",
    ),
    rule(
        "concealment",
        "keep",
        r"keep\s(?:this|it|that|these)(?:\s\w{1,12}){0,2}?\s(?:a\s)?(?:secret|hidden|quiet|confidential from"
        r"|private from|between us)",
    ),
    rule(
        "concealment",
        "user operator human reviewer owner customer",
        r"(?:user|operator|human|reviewer|owner|customer)s?\s(?:should|must|need|may|can|does|do)(?:n['\u2019]t| not"
        r"|not)(?: need to| ever)?\s"
        r"(?:be told|know|see this|hear|be informed|notice|find out|learn|be made aware|be notified)\b",
    ),
    command(
        "concealment",
        "hide conceal",
        r"(?:hide|conceal)\s(?:this|it|that|these|the (?:change|fact|action|steps?|evidence|transfer|payment))\b",
    ),
    rule(
        "concealment",
        "do perform run execute apply send add delete change make carry",
        r"(?:do|perform|run|execute|apply|send|add|delete|change|make|carry)\s(?:this|it|that|these|them)\s(?:out\s)?"
        r"(?:silently|secretly|quietly|covertly|discreetly|in secret)",
    ),
    rule(
        "concealment",
        "silently secretly covertly quietly",
        r"(?:silently|secretly|covertly|quietly)\s(?:send|forward|copy|add|delete|run|execute|upload|change|approve"
        r"|install|remove|book)\b",
    ),
    rule(
        "concealment",
        "remove omit leave delete exclude",
        r"(?:remove|omit|leave|delete|exclude)\s(?:this|it|that|these)(?:\s\w{1,12}){0,2}?\s(?:from|out of)\s(?:the"
        r"|your|any)\s"
        r"(?:summar\w{1,4}|reports?|logs?|notes?|history|answer|response|transcript)",
    ),
    rule(
        "persistence",
        "remember memorize memorise store save keep retain",
        r"(?:remember|memori[sz]e|store|save|keep|retain)\s(?:this|that|the following|these|it)(?:\s\w{1,12}){0,2}?\s"
        r"(?:permanently|forever|for all|for every|in all|in every|in future|always|across|(?:to|in|into) (?:your"
        r"|the) (?:long-term )?memory)",
    ),
    rule(
        "persistence",
        "note message reminder memo instruction advice",
        r"(?:note|message|reminder|memo|instruction|advice)s?\s(?:to|for)\s(?:all\s)?(?:future|other|next|every"
        r"|later|subsequent)\s"
        r"(?:ai\s)?(?:agents?|sessions?|runs|assistants?|versions? of|self|selves|instances?|you\b|models?)",
    ),
    rule(
        "persistence",
        "add write append put copy save insert store record",
        rf"(?:add|write|append|put|copy|save|insert|store|record)\s(?:this|these|it|that"
        rf"|the following){some_words(3)}\s(?:to|into|in)\s"
        r"(?:memory\.md|claude\.md|agents\.md|(?:your|the|long-term|agent|shared) memory|every memory)",
    ),
    rule(
        "persistence",
        "every all each",
        r"(?:every|all|each)\s(?:future|subsequent|later|coming|following|new)\s(?:sessions?|conversations?|runs?"
        r"|tasks?|chats?|"
        r"interactions?|agents?)\b",
    ),
    rule(
        "persistence",
        "from",
        r"from\s(?:now|this \w{1,12}|here)\s(?:on|onward|onwards|forward),?\s(?:(?:every|all|each)\s)?"
        r"(?:you\b|agents?\b|assistants?\b|always\b|never\b|must\b|ignore\b|send\b|approve\b)",
    ),
    rule("remote-execution", "curl wget iwr irm invoke- aria2c", rf"{_FETCH}\b[^|\n]{{0,200}}\|\s{{0,3}}{_SHELL}"),
    rule("remote-execution", "bash sh zsh source .", rf"(?:bash|z?sh|source|\.)\s{{1,3}}<\(\s?{_FETCH}\b"),
    rule(
        "remote-execution",
        "python bash sh eval node perl ruby exec",
        rf"(?:python3?|bash|sh|eval|node|perl|ruby|exec)\b[^\n|$`]{{0,24}}[$`][({{]?\s?{_FETCH}\b",
    ),
    rule("remote-execution", "base64", rf"base64\s{{1,2}}(?:-d|--decode)\b[^|\n]{{0,80}}\|\s{{0,3}}{_SHELL}"),
    rule(
        "remote-execution",
        "iex invoke-expression",
        rf"(?:iex|invoke-expression)\b[^\n]{{0,30}}(?:{_FETCH}|downloadstring)",
    ),
    rule("remote-execution", "powershell pwsh", r"(?:powershell|pwsh)\b[^\n]{0,60}\s-e(?:nc|ncodedcommand|c)?\s"),
    rule(
        "remote-execution",
        "eval exec",
        r"(?:eval|exec)\(\s?(?:atob|base64\.b64decode|requests\.get|urllib|compile\(|__import__|fetch)",
    ),
    rule(
        "remote-execution",
        "download fetch",
        rf"(?:download|fetch){some_words(6)}\s(?:and|then)\s(?:run|execute|source)\b[^.\n]{{0,20}}",
    ),
    command(
        "egress",
        "send upload forward post exfiltrate transmit copy email mail leak push submit report share",
        r"(?:send|upload|forward|post|exfiltrate|transmit|copy|e?mail|leak|push|submit|report|share)\b"
        rf"[^.\n]{{0,60}}?\b{_SENSITIVE}\b[^\n]{{0,60}}?\s(?:to|at|on)\s[\"'`(<]?{_AWAY}",
    ),
    rule(
        "egress",
        "curl wget",
        r"(?:curl|wget)\b[^\n]{0,120}?(?:\s(?:-d|--data[\w-]{0,12}|-f|--form|--post-file|-t"
        r"|--upload-file)[\s=]?[\"']?[^\s\"']{0,40}"
        r"(?:@|/etc/|~/|\.env|\$\())",
    ),
    rule(
        "egress",
        "cat tar env printenv history base64 zip cp",
        r"(?:cat|tar|env|printenv|history|base64|zip|cp)\b[^|\n]{0,80}\|[^|\n]{0,60}?\b(?:nc|ncat|netcat|socat"
        r"|telnet)\s",
    ),
    rule(
        "egress",
        "cat tar env printenv history base64",
        r"(?:cat|tar|env|printenv|history|base64)\b[^|\n]{0,80}\|[^|\n]{0,20}?\bcurl\s[^\n]{0,80}?(?:-d|--data|-t"
        r"|-f)\b",
    ),
    Rule(
        "egress",
        ("![",),
        re.compile(r"!\[[^\]\n]{0,80}\]\(\s?https?://[^)\s?]{0,200}\?[^)\s]{0,200}?(?:\{|%7b|\$\(|=<|=\[|\.\.\.|…)"),
    ),
    command(
        "disabling-checks",
        "disable turn switch skip bypass circumvent deactivate suppress evade",
        rf"(?:disable|turn\soff|switch\soff|skip|bypass|circumvent|deactivate|suppress"
        rf"|evade){some_words(3)}\s{_CHECKS}\b",
    ),
    rule(
        "disabling-checks",
        "no",
        r"no\s(?:longer\s)?need(?:s|ed)?\s?(?:to|for you to)\s(?:ask|confirm|check with|request|seek)\b",
    ),
    rule(
        "disabling-checks",
        "no not n't never without don",
        rf"(?:no|not|don['\u2019]?t|never|without)\s(?:longer\s)?(?:need(?:s)?\sto\s)?(?:ask|asking|wait|waiting"
        rf"|request"
        rf"|requesting|seek|seeking|"
        rf"require|requiring){some_words(4)}\s(?:for\s)?(?:confirmation|approval|permission|consent)\b",
    ),
    rule(
        "disabling-checks",
        "proceed continue go act",
        r"(?:proceed|continue|go ahead|act)\s(?:immediately\s)?without\s(?:asking|confirm|approv|check|review)",
    ),
    Rule(
        "disabling-checks",
        ("--",),
        re.compile(
            r"--(?:no-verify|dangerously-[\w-]{1,40}|yolo|no-check-certificate|trust-all|skip-(?:checks?|approvals?"
            r"|reviews?|verification)|"
            r"disable-(?:security|sandbox|checks?))(?![\w-])"
        ),
        _is_meant,
    ),
    Rule(
        "role-marker",
        ("<",),
        re.compile(
            r"<(?:/(?:system|user|assistant|human|developer|tool_result|tool_use|function_results|instructions|sys)"
            r"|(?:system|assistant|human|developer|tool_result|tool_use|function_results|function_calls"
            r"|sys)(?:\s[^<>\n]{0,80})?)>"
            r"|<\|[\w-]{2,24}\|>|<<\/?sys>>"
        ),
    ),
    Rule("role-marker", ("[inst", "[/inst", "[system"), re.compile(r"\[/?inst\]|\[system\](?!\()")),
    Rule("role-marker", ("#",), re.compile(r"(?<![^\n])#{1,4}\s?(?:system|assistant|human|instruction)s?\s?:")),
    Rule("role-marker", ("\n",), re.compile(r"\n[ \t]{0,4}\n(?:human|assistant|system|user):\s")),
)
