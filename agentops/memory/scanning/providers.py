"""The forms of keys and tokens that their providers made recognisable: a prefix that nothing else begins with.

Source: the providers' documentation of their token formats and the rule set of gitleaks 8 (MIT), compared, not copied.
"""

import re

from agentops.memory.scanning.hits import Rule, rule

_W = r"[A-Za-z0-9_-]"
_END = r"(?![A-Za-z0-9])"

PROVIDERS: tuple[Rule, ...] = (
    rule("anthropic-key", "sk-ant-", rf"sk-ant-{_W}{{16,200}}"),
    rule("openrouter-key", "sk-or-", rf"sk-or-{_W}{{20,200}}"),
    rule("openai-key", "sk-", rf"sk-(?:proj|svcacct|admin|None)-{_W}{{20,250}}"),
    rule("openai-key", "sk-", rf"sk-[A-Za-z0-9]{{32,120}}{_END}"),
    rule("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", rf"gh[pousr]_[A-Za-z0-9]{{30,255}}{_END}"),
    rule("github-token", "github_pat_", r"github_pat_\w{22,255}"),
    rule("gitlab-token", "gl", rf"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|agent|imt|oas)-{_W}{{20,200}}"),
    rule("aws-key", "AKIA ASIA ABIA ACCA", rf"A[KSBC][IC]A[A-Z0-9]{{16}}{_END}"),
    rule("google-key", "AIza", rf"AIza{_W}{{35}}(?!{_W})"),
    rule("google-token", "ya29.", rf"ya29\.{_W}{{20,300}}"),
    rule("google-secret", "GOCSPX-", rf"GOCSPX-{_W}{{28}}"),
    rule("slack-token", "xox xapp-", r"(?:xox[abceoprs]|xapp)-[A-Za-z0-9-]{10,250}"),
    rule("slack-webhook", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{20,120}"),
    rule("discord-webhook", "discord", r"discord(?:app)?\.com/api/webhooks/\d{15,22}/[\w-]{40,100}"),
    rule("npm-token", "npm_", rf"npm_[A-Za-z0-9]{{36}}{_END}"),
    rule("pypi-token", "pypi-", rf"pypi-AgE{_W}{{50,400}}"),
    rule("huggingface-token", "hf_ api_org_", rf"(?:hf|api_org)_[A-Za-z0-9]{{30,60}}{_END}"),
    rule("sendgrid-key", "SG.", rf"SG\.{_W}{{16,32}}\.{_W}{{30,64}}"),
    rule("stripe-key", "sk_ rk_ pk_", r"[srp]k_(?:live|test|prod)_[A-Za-z0-9]{10,200}"),
    rule("stripe-key", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,100}"),
    rule("twilio-key", "SK", rf"SK[0-9a-f]{{32}}{_END}"),
    rule("jwt", "eyJ", rf"(?<![_-])eyJ{_W}{{8,2000}}\.eyJ{_W}{{8,4000}}\.{_W}{{16,1000}}"),
    rule("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"do[por]_v1_[0-9a-f]{64}"),
    rule("shopify-token", "shp", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    rule("mailgun-key", "key-", rf"key-[0-9a-f]{{32}}{_END}"),
    rule("brevo-key", "xkeysib-", rf"xkeysib-{_W}{{40,100}}"),
    rule("databricks-token", "dapi", rf"dapi[0-9a-f]{{32}}{_END}"),
    rule("linear-key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,64}"),
    rule("notion-token", "ntn_ secret_", rf"(?:ntn_[A-Za-z0-9]{{40,50}}|secret_[A-Za-z0-9]{{43}}){_END}"),
    rule("postman-key", "PMAK-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    rule("figma-token", "figd_ figo_", rf"fig[dou]_{_W}{{30,100}}"),
    rule("airtable-token", "pat", rf"pat[A-Za-z0-9]{{14}}\.[0-9a-f]{{64}}{_END}"),
    rule("square-token", "sq0 EAAA", rf"(?:sq0(?:atp|csp|idp)-{_W}{{22,50}}|EAAA{_W}{{56,64}})(?!{_W})"),
    rule("vault-token", "hvs. hvb. hvr.", rf"hv[sbr]\.{_W}{{24,300}}"),
    rule("planetscale-token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.-]{30,64}"),
    rule("doppler-token", "dp.", r"dp\.(?:pt|st|ct|scim|audit|sa)\.[\w.-]{30,80}"),
    rule("grafana-token", "glsa_ glc_", r"(?:glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/=]{32,400})"),
    rule("sentry-token", "sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9+/=_-]{40,300}"),
    rule("docker-token", "dckr_", rf"dckr_(?:pat|oat)_{_W}{{20,60}}"),
    rule("atlassian-token", "ATATT3 ATCTT3", rf"AT[AC]TT3{_W}{{60,300}}(?:=[0-9A-F]{{8}})?"),
    rule("rubygems-key", "rubygems_", r"rubygems_[0-9a-f]{48}"),
    rule("crates-token", "cio", rf"cio[A-Za-z0-9]{{32}}{_END}"),
    rule("supabase-key", "sbp_ sb_secret_", rf"(?:sbp|sb_secret)_{_W}{{30,80}}"),
    rule("groq-key", "gsk_", rf"gsk_[A-Za-z0-9]{{40,64}}{_END}"),
    rule("xai-key", "xai-", rf"xai-[A-Za-z0-9]{{60,100}}{_END}"),
    rule("replicate-token", "r8_", rf"r8_[A-Za-z0-9]{{37,40}}{_END}"),
    rule("perplexity-key", "pplx-", rf"pplx-[A-Za-z0-9]{{40,60}}{_END}"),
    rule("new-relic-key", "NRAK- NRII- NRJS-", r"NR(?:AK|II|JS)-[A-Z0-9a-f_-]{19,40}"),
    rule("datadog-key", "ddapi_ ddapp_", r"dda(?:pi|pp)_[A-Za-z0-9]{30,60}"),
    rule("pulumi-token", "pul-", rf"pul-[0-9a-f]{{40}}{_END}"),
    rule("fly-token", "fm1 fm2 FlyV1", r"(?:fm[12]a?r?_|FlyV1 fm[12]_)[A-Za-z0-9+/=,_]{60,2000}"),
    rule("age-key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    rule("agentops-key", "agentops_key_ agentops_session_", r"agentops_(?:key|session)_[A-Za-z0-9]{30,80}"),
    rule(
        "azure-secret",
        "AccountKey= SharedAccessKey=",
        r"(?:Account|SharedAccess)Key=(?P<value>[A-Za-z0-9+/]{40,100}={0,2})",
    ),
    Rule("terraform-token", (".atlasv1.",), re.compile(rf"\.atlasv1\.{_W}{{60,80}}")),
    Rule(
        "private-key",
        ("-----BEGIN ",),
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:[A-Za-z0-9+/=\s\\:,.]|-(?!-)){0,20000}(?:-----END [A-Z0-9 ]{0,40}-----)?"
        ),
    ),
)
"""In the order in which they are believed where two match the same text."""

# Forms that begin with digits or any letters are looked for around the one fixed part they have.
AROUND: tuple[tuple[str, str, re.Pattern[str], int], ...] = (
    ("telegram-token", ":AA", re.compile(rf"(?<!\d)\d{{8,10}}:AA{_W}{{33}}(?!{_W})"), 10),
    ("mailchimp-key", "-us", re.compile(r"(?<![0-9a-f])[0-9a-f]{32}-us\d{1,2}(?!\w)"), 32),
    ("azure-secret", "8Q~", re.compile(r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])"), 3),
)
"""The sort, the fixed part, the whole form, and how many characters stand before the fixed part at most."""

DISCORD = re.compile(rf"(?<![\w.-])[MNO][A-Za-z0-9_-]{{22,27}}\.{_W}{{6}}\.{_W}{{27,45}}(?!{_W})")
