"""Certificates for tests of TLS: an authority of our own and what it signs, each a PEM file with its key behind it."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Signs certificates. `path` is its own, without the key: what a client is told to trust."""

    path: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def issue(
        self,
        path: Path,
        *hosts: str,
        expired: bool = False,
        password: bytes | None = None,
    ) -> Path:
        """A certificate for a server at `hosts` (addresses or names), or without any for a client."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        said: list[x509.ExtensionType] = [x509.ExtendedKeyUsage([usage])]
        said.append(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()))
        if hosts:
            said.append(x509.SubjectAlternativeName([_host(host) for host in hosts]))
        builder = _builder(path.stem, self.certificate.subject, key, expired=expired)
        for extension in said:
            builder = builder.add_extension(extension, critical=False)
        _write(path, builder.sign(self.key, hashes.SHA256()), key, password)
        return path


def authority(path: Path) -> Authority:
    """A new one, its certificate at `path`."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(path.stem, _name(path.stem), key, expired=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    signs = x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False)
    certificate = builder.add_extension(signs, critical=True).sign(key, hashes.SHA256())
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(path, key, certificate)


def hashed(authority: Authority, directory: Path) -> Path:
    """`directory` with the authority in it under the name that OpenSSL looks for, as ``openssl rehash`` gives it.

    The name is X509_NAME_hash's: SHA-1 of the subject's parts in canonical form, which a short lower-case name has.
    """
    directory.mkdir()
    parts = authority.certificate.subject.public_bytes()[2:]
    name = hashlib.sha1(parts, usedforsecurity=False).digest()[3::-1].hex()
    (directory / f"{name}.0").write_bytes(authority.path.read_bytes())
    return directory


def _builder(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, expired: bool
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3 * DAY)
        .not_valid_after(now - DAY if expired else now + DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write(path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, password: bytes | None) -> None:
    """The certificate and its key in one file, as ``MLFLOW_TRACKING_CLIENT_CERT_PATH`` has to be."""
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
