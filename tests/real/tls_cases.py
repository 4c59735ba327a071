"""How a server behind TLS can be asked, and what is said if it can't be read so."""

from __future__ import annotations

from dataclasses import dataclass, field

CA, CLIENT = "MLFLOW_TRACKING_SERVER_CERT_PATH", "MLFLOW_TRACKING_CLIENT_CERT_PATH"
INSECURE = "MLFLOW_TRACKING_INSECURE_TLS"


@dataclass(frozen=True)
class Case:
    """What is set, in file names of `papers`, and how the refusal is said (`problem` is ``""``: it is read).

    `alike`: MLflow's client reads it, or does not, as well.
    """

    where: str
    variables: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    hint: str = ""
    alike: bool = True


NOBODY = "the certificate of {} is signed by nobody we trust"
NOT_IN = "the certificate of {} is not signed by what is in"
CLOSED = "{} closes the connection without an answer"

CASES = {
    "the right CA": Case("open", {CA: "ca.pem"}),
    "a directory of CAs": Case("open", {CA: "hashed"}),
    "a directory with no hashes": Case("open", {CA: "flat"}, NOT_IN, "run openssl rehash "),
    "requests' bundle": Case("open", {"REQUESTS_CA_BUNDLE": "ca.pem"}),
    "curl's bundle": Case("open", {"CURL_CA_BUNDLE": "ca.pem"}),
    "MLflow's variable before requests'": Case("open", {CA: "ca.pem", "REQUESTS_CA_BUNDLE": "other.pem"}),
    "requests' bundle is wrong": Case(
        "open", {"REQUESTS_CA_BUNDLE": "other.pem"}, NOT_IN, "REQUESTS_CA_BUNDLE has to name"
    ),
    "the system's list": Case("open", {"SSL_CERT_FILE": "ca.pem"}, alike=False),
    "no CA": Case("open", {}, NOBODY, f"set {CA} to the PEM file of its CA; {INSECURE}=true"),
    "an empty CA": Case("open", {CA: ""}, NOBODY, f"set {CA}", alike=False),  # MLflow reads it unchecked
    "another CA": Case("open", {CA: "other.pem"}, NOT_IN, f"{CA} has to name the CA of this server"),
    "a CA that is not there": Case("open", {CA: "none.pem"}, "none.pem can't be read: No such file", f"{CA} names it"),
    "a CA that is none": Case("open", {CA: "notes.txt"}, "there is no certificate in ", f"{CA} has to name a PEM file"),
    "insecure": Case("open", {INSECURE: "true"}),
    "insecure as 1": Case("open", {INSECURE: "1"}),
    "insecure in capitals": Case("open", {INSECURE: "TRUE"}),
    "insecure whatever requests is told": Case("open", {INSECURE: "true", "REQUESTS_CA_BUNDLE": "other.pem"}),
    "not insecure": Case("open", {INSECURE: "False", CA: "ca.pem"}),
    "not insecure, no CA": Case("open", {INSECURE: "0"}, NOBODY, f"set {CA}"),
    "insecure as yes": Case("open", {INSECURE: "yes"}, f"{INSECURE} is 'yes'", "say true or false"),
    "insecure and a CA": Case("open", {INSECURE: "true", CA: "ca.pem"}, f"{INSECURE} and {CA} are both set", "unset"),
    "another host's": Case(
        "localhost", {CA: "ca.pem"}, "the certificate of {} is made out for another host", "use the"
    ),
    "another host's, insecure": Case("localhost", {INSECURE: "true"}),
    "expired": Case(
        "expired", {CA: "ca.pem"}, "the certificate of {} has expired", f"have it renewed, or .*{INSECURE}"
    ),
    "expired, insecure": Case("expired", {INSECURE: "true"}),
    "a client certificate nobody asks for": Case("open", {CA: "ca.pem", CLIENT: "client.pem"}),
    "a client certificate": Case("strict", {CA: "ca.pem", CLIENT: "client.pem"}),
    "a client certificate, insecure": Case("strict", {INSECURE: "true", CLIENT: "client.pem"}),
    "no client certificate": Case("strict", {CA: "ca.pem"}, CLOSED, f"a client certificate\\? set {CLIENT}"),
    "a stranger's": Case("strict", {CA: "ca.pem", CLIENT: "stranger.pem"}, CLOSED, "does it accept .*/stranger.pem"),
    "an old one": Case("strict", {CA: "ca.pem", CLIENT: "old.pem"}, CLOSED, "does it accept .*/old.pem .*expired"),
    "no key": Case("strict", {CA: "ca.pem", CLIENT: "ca.pem"}, "there is no certificate with its key in ", CLIENT),
    "not there": Case("strict", {CA: "ca.pem", CLIENT: "none.pem"}, "none.pem can't be read: No such", CLIENT),
    "locked": Case("strict", {CA: "ca.pem", CLIENT: "locked.pem"}, "the key in .* is locked with a password", CLIENT),
    "none, and it says so": Case(
        "picky", {CA: "ca.pem"}, "{} wants a client certificate", f"set {CLIENT} to a PEM file"
    ),
    "a stranger's, and it says so": Case(
        "picky",
        {CA: "ca.pem", CLIENT: "stranger.pem"},
        "{} does not accept our client .*unknown ca",
        "look at .*stranger",
    ),
    "an old one, and it says so": Case(
        "picky",
        {CA: "ca.pem", CLIENT: "old.pem"},
        "{} does not accept our client .*certificate expired",
        "look at .*old",
    ),
    "https to http": Case("plain", {}, "{} does not speak TLS", "is it http://127"),
    "http to https": Case("unencrypted", {}, CLOSED, "or is it https://127"),
}
