"""The few files of `/etc` inside: most are written here, so that they say nothing about the host."""

from collections.abc import Mapping

UID = 1000
HOME = "/home/agent"
HOSTNAME = "sandbox"

WRITTEN: Mapping[str, str] = {
    "/etc/passwd": (
        f"root:x:0:0:root:/root:/usr/sbin/nologin\nagent:x:{UID}:{UID}:agent:{HOME}:/bin/bash\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    ),
    "/etc/group": f"root:x:0:\nagent:x:{UID}:\nnogroup:x:65534:\n",
    "/etc/hostname": f"{HOSTNAME}\n",
    "/etc/hosts": f"127.0.0.1 localhost {HOSTNAME}\n::1 localhost\n",
    # Names are resolved outside, by the proxy. There is no resolv.conf: asking nobody fails at once.
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
}

TAKEN = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/tls/certs",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
)
"""Of the host, read-only, where it has them: what programs need to start and to trust a server. No keys."""
