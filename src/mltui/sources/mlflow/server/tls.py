"""TLS to a tracking server: whom to trust and what to show, decided as MLflow's client does, and failures in words.

MLflow hands its variables to ``requests`` (`mlflow.utils.rest_utils`): the CA is a file or a directory, the client
certificate one PEM file with its key, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE stand in for an unset CA, and without any
of them certifi's list counts. The system's own list counts here besides, as it does for git. One thing is not copied:
with an empty MLFLOW_TRACKING_SERVER_CERT_PATH ``requests`` checks nothing; here it is as if unset.
"""

from __future__ import annotations

import re
import ssl
from pathlib import Path

from mltui.errors import Unreachable
from mltui.sources.mlflow.server.trust import AUTHORITY, CERTIFICATE, INSECURE, Trust


def context(trust: Trust) -> ssl.SSLContext:
    """What a connection is made with. Raises `Unreachable` if a variable makes no sense or a file is no good."""
    if trust.insecure.lower() not in ("", "true", "1", "false", "0"):
        raise Unreachable(f"{INSECURE} is {trust.insecure!r}", "say true or false")
    if not trust.verify and trust.authority and trust.variable == AUTHORITY:
        raise Unreachable(f"{INSECURE} and {AUTHORITY} are both set", "unset one: MLflow refuses both")
    made = _checking(trust) if trust.verify else _unchecking()
    if trust.certificate:
        _show(made, trust.certificate)
    return made


def _checking(trust: Trust) -> ssl.SSLContext:
    if not trust.authority:
        import httpx

        made = httpx.create_ssl_context(trust_env=False)
        made.load_default_certs()
        return made
    try:
        if Path(trust.authority).is_dir():
            return ssl.create_default_context(capath=trust.authority)
        return ssl.create_default_context(cafile=trust.authority)
    except ssl.SSLError as error:
        hint = f"{trust.variable} has to name a PEM file, or a directory of them"
        raise Unreachable(f"there is no certificate in {trust.authority}", hint) from error
    except OSError as error:
        raise _unread(trust.authority, trust.variable, error) from error


def _unchecking() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def _show(made: ssl.SSLContext, path: str) -> None:
    def never() -> str:  # else OpenSSL asks for the password on the terminal, in the midst of the screen
        raise Unreachable(f"the key in {path} is locked with a password", f"{CERTIFICATE} has to name one without")

    try:
        made.load_cert_chain(path, password=never)
    except ssl.SSLError as error:
        hint = f"{CERTIFICATE} has to name a PEM file with both"
        raise Unreachable(f"there is no certificate with its key in {path}", hint) from error
    except OSError as error:
        raise _unread(path, CERTIFICATE, error) from error


def _unread(path: str, variable: str, error: OSError) -> Unreachable:
    return Unreachable(f"{path} can't be read: {error.strerror}", f"{variable} names it")


def failure(error: BaseException, trust: Trust, base: str) -> Unreachable | None:
    """What TLS has to say about a request to `base` that failed; None if it is not to blame."""
    found = _cause(error)
    if found is None:
        return None
    if isinstance(found, ssl.SSLEOFError):
        return silent(trust, base)
    if isinstance(found, ssl.SSLCertVerificationError):
        return _untrusted(found, trust, base)
    reason = found.reason or ""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"):
        return Unreachable(f"{base} does not speak TLS", f"is it http{base.removeprefix('https')}?")
    alert = re.fullmatch(r"\w+_ALERT_(\w*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)\w*)", reason)
    if alert is None:
        return Unreachable(f"TLS with {base} fails: {reason.replace('_', ' ').lower() or found}")
    if trust.certificate:
        what = f"{base} does not accept our client certificate ({alert[1].replace('_', ' ').lower()})"
        return Unreachable(what, f"look at {trust.certificate}, which {CERTIFICATE} names")
    return wanted(base)


def wanted(base: str) -> Unreachable:
    """The server at `base` wants to know who we are."""
    return Unreachable(f"{base} wants a client certificate", f"set {CERTIFICATE} to a PEM file with it and its key")


def silent(trust: Trust, base: str) -> Unreachable:
    """The server closed a connection without a word: some servers say so that they don't like our certificate."""
    what = f"{base} closes the connection without an answer"
    if not base.startswith("https"):
        return Unreachable(what, f"try again; or is it https{base.removeprefix('http')}?")
    if trust.certificate:
        return Unreachable(what, f"does it accept {trust.certificate} ({CERTIFICATE})? is that expired?")
    return Unreachable(what, f"does it want a client certificate? set {CERTIFICATE}")


def told(body: bytes, trust: Trust, base: str) -> Unreachable | None:
    """What nginx, Apache and Go's servers (Traefik, Caddy) say in a page of their own about TLS, if `body` is one."""
    if b"No required SSL certificate was sent" in body:
        return wanted(base)
    if b"The SSL certificate error" in body:
        what = f"{base} does not accept our client certificate"
        return Unreachable(what, f"look at {trust.certificate or 'it'}, which {CERTIFICATE} names")
    if b"plain HTTP" in body or b"HTTP request to an HTTPS server" in body:
        return Unreachable(f"{base} speaks TLS", f"is it https{base.removeprefix('http')}?")
    return None


def _cause(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def _untrusted(error: ssl.SSLCertVerificationError, trust: Trust, base: str) -> Unreachable:
    """By OpenSSL's verification code (x509_vfy.h)."""
    unchecked = f"{INSECURE}=true reads it unchecked"
    code = error.verify_code
    if code in (9, 10):
        what = "has expired" if code == 10 else "is not valid yet"
        hint = f"have it renewed, or set the clock here right; {unchecked}"
        return Unreachable(f"the certificate of {base} {what}", hint)
    if code in (62, 64):
        hint = f"use the host name that is in it; {unchecked}"
        return Unreachable(f"the certificate of {base} is made out for another host", hint)
    if code not in (2, 18, 19, 20, 21):
        return Unreachable(f"the certificate of {base} is not to be trusted: {error.verify_message}", unchecked)
    if not trust.authority:
        hint = f"set {AUTHORITY} to the PEM file of its CA; {unchecked}"
        return Unreachable(f"the certificate of {base} is signed by nobody we trust", hint)
    hint = f"{trust.variable} has to name the CA of this server; {unchecked}"
    if _is_unhashed(Path(trust.authority)):
        hint = f"run openssl rehash {trust.authority}: a CA is found there by the name which that gives it"
    return Unreachable(f"the certificate of {base} is not signed by what is in {trust.authority}", hint)


def _is_unhashed(path: Path) -> bool:
    """Whether it is a directory in which OpenSSL finds nothing."""
    try:
        return path.is_dir() and not any(re.fullmatch(r"[0-9a-f]{8}\.\d+", one.name) for one in path.iterdir())
    except OSError:
        return False
