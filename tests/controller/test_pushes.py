"""Push webhooks: taken from who knows the secret, whatever the forge, and from nobody else."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from agentops.base.secrets import Secret
from agentops.controller.pushes import MOST_BYTES, Push, verified

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PLAIN, SIGNING = Secret("a long secret"), Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
URL = "https://forge.example.com/acme/agents.git"
ON_GITHUB = {"ref": "refs/heads/main", "before": "0" * 40, "after": COMMIT, "repository": {"clone_url": URL}}
ON_GITLAB = {
    "object_kind": "push",
    "ref": "refs/heads/main",
    "after": COMMIT,
    "checkout_sha": COMMIT,
    "project": {"git_http_url": URL, "git_ssh_url": "git@forge.example.com:acme/agents.git"},
}
GENERIC = {"ref": "refs/heads/main", "commit": COMMIT, "repository": URL}
SAID = Push("refs/heads/main", COMMIT, URL)


def body(data: Any) -> bytes:
    return json.dumps(data).encode()


def hexed(data: bytes, secret: Secret = PLAIN) -> str:
    return hmac.new(secret.reveal().encode(), data, "sha256").hexdigest()


def github(data: bytes) -> dict[str, str]:
    return {
        "X-GitHub-Event": "push",
        "X-Hub-Signature-256": f"sha256={hexed(data)}",
        "Content-Type": "application/json",
    }


def gitea(data: bytes) -> dict[str, str]:
    return {"X-Gitea-Event": "push", "X-GitHub-Event": "push", "X-Gitea-Signature": hexed(data)}


def forgejo(data: bytes) -> dict[str, str]:
    return {
        "X-Forgejo-Event": "push",
        "X-Forgejo-Signature": hexed(data),
        "X-Hub-Signature-256": f"sha256={hexed(data)}",
    }


def gitlab(_: bytes) -> dict[str, str]:
    return {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": PLAIN.reveal()}


def standard(data: bytes, at: datetime = NOW) -> dict[str, str]:
    signature = Webhook(SIGNING.reveal()).sign("msg_1", at, data.decode())
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def newer_gitlab(data: bytes) -> dict[str, str]:
    return {"X-Gitlab-Event": "Push Hook", **standard(data)}


SENDERS = {
    "github": (ON_GITHUB, github, PLAIN),
    "gitea": (ON_GITHUB, gitea, PLAIN),
    "forgejo": (ON_GITHUB, forgejo, PLAIN),
    "gitlab": (ON_GITLAB, gitlab, PLAIN),
    "gitlab, signing": (ON_GITLAB, newer_gitlab, SIGNING),
    "generic": (GENERIC, standard, SIGNING),
}


@pytest.mark.parametrize("sender", SENDERS)
def test_who_knows_the_secret_is_heard(sender: str) -> None:
    data, sign, secret = SENDERS[sender]
    sent = body(data)
    assert verified(sign(sent), sent, secret) == SAID
    assert verified({name.lower(): each for name, each in sign(sent).items()}, sent, secret) == SAID


@pytest.mark.parametrize("sender", SENDERS)
def test_who_does_not_is_not(sender: str) -> None:
    data, sign, _ = SENDERS[sender]
    sent = body(data)
    assert verified(sign(sent), sent, Secret("another secret")) is None
    assert verified(sign(sent), sent, Secret("")) is None


@pytest.mark.parametrize("sender", [each for each in SENDERS if each != "gitlab"])
def test_another_body_under_the_same_signature_is_refused(sender: str) -> None:
    data, sign, secret = SENDERS[sender]
    sent = body(data)
    assert verified(sign(sent), sent + b" ", secret) is None


def test_a_request_without_any_proof_is_refused() -> None:
    sent = body(ON_GITHUB)
    assert verified({"X-GitHub-Event": "push"}, sent, PLAIN) is None
    assert (
        verified({"X-Hub-Signature": "sha1=" + hmac.new(b"a long secret", sent, "sha1").hexdigest()}, sent, PLAIN)
        is None
    )


def test_a_form_is_read_as_github_sends_it() -> None:
    sent = urlencode({"payload": json.dumps(ON_GITHUB)}).encode()
    headers = {**github(sent), "Content-Type": "application/x-www-form-urlencoded"}
    assert verified(headers, sent, PLAIN) == SAID


def test_one_of_several_signatures_is_enough() -> None:
    sent = body(GENERIC)
    headers = standard(sent)
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']} v2,x"
    assert verified(headers, sent, SIGNING) == SAID


@pytest.mark.parametrize("off", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_an_old_one_is_taken_as_well(off: timedelta) -> None:
    sent = body(GENERIC)
    assert verified(standard(sent, NOW - off), sent, SIGNING) == SAID


def test_the_date_is_part_of_what_is_signed() -> None:
    sent = body(GENERIC)
    headers = {**standard(sent, NOW - timedelta(days=1)), "webhook-timestamp": str(int(NOW.timestamp()))}
    assert verified(headers, sent, SIGNING) is None


@pytest.mark.parametrize(
    ("data", "event", "expected"),
    [
        ({"zen": "x", "repository": {"clone_url": URL}}, "ping", Push("", "", URL)),
        ({"ref": "main", "repository": {"clone_url": URL}}, "create", Push("", "", URL)),
        ({"ref": "main"}, "push", Push("", "", "")),
        ({"ref": "refs/heads/x\ny"}, "push", Push("", "", "")),
        ({"ref": "refs/heads/main", "after": "0" * 40}, "push", Push("refs/heads/main", "", "")),
        ({"ref": "refs/heads/main", "after": "--upload-pack=x"}, "push", Push("refs/heads/main", "", "")),
        ({"ref": ["refs/heads/main"], "after": 7, "repository": {"clone_url": {}}}, "push", Push("", "", "")),
        ({"ref": "refs/heads/main", "after": "a" * 64}, "push", Push("refs/heads/main", "a" * 64, "")),
        ({"ref": "refs/tags/v1", "repository": {"clone_url": "x" * 3000}}, "push", Push("refs/tags/v1", "", "")),
    ],
)
def test_only_what_is_well_formed_is_picked_out(data: Any, event: str, expected: Push) -> None:
    sent = body(data)
    assert verified({**github(sent), "X-GitHub-Event": event}, sent, PLAIN) == expected


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b"null",
        b'"refs/heads/main"',
        b"\xff\xfe",
        b'{"ref":',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"after":' + b"9" * 10_000 + b"}",
        b" " * (MOST_BYTES + 1),
    ],
)
def test_a_hostile_body_is_none(sent: bytes) -> None:
    assert verified(github(sent), sent, PLAIN) is None


def test_the_largest_body_is_taken() -> None:
    sent = body(ON_GITHUB)
    sent += b" " * (MOST_BYTES - len(sent))
    assert verified(github(sent), sent, PLAIN) == SAID


@given(
    st.dictionaries(
        st.sampled_from(
            ["x-hub-signature-256", "x-gitea-signature", "x-gitlab-token", "webhook-signature", "webhook-id"]
        ),
        st.text(max_size=80),
    ),
    st.binary(max_size=200),
)
def test_no_guess_is_a_proof_and_none_breaks_anything(headers: Mapping[str, str], sent: bytes) -> None:
    assert verified(headers, sent, PLAIN) is None
    assert verified(headers, sent, SIGNING) is None
