"""Certificates of a small authority, for TLS between roles where no other authority is at hand."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from yushan.base import Rejected

if TYPE_CHECKING:
    from datetime import datetime

DAYS: Final = 825
CA_DAYS: Final = 3650


class Authority:
    """A small authority.

    Parameters
    ----------
    kept
        Certificate and key (PEM) of an authority that was made before; a new one without.
    """

    def __init__(self, name: str, now: datetime, kept: tuple[bytes, bytes] | None = None) -> None:
        self._now = now
        if kept is not None:
            self._certificate, self._key = read_pair(*kept)
            self._name = self._certificate.subject
            return
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        public = self._key.public_key()
        self._certificate = (
            self._builder(self._name, public, CA_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(usage(signs_certificates=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def key(self) -> bytes:
        """The authority's private key, PEM: whoever has it can make certificates."""
        return pem_of(self._key)

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey, days: int
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(hours=1))
            .not_valid_after(self._now + timedelta(days=days))
        )

    @property
    def certificate(self) -> bytes:
        """The authority's own certificate, PEM."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, name: str, addresses: tuple[str, ...], days: int = DAYS) -> tuple[bytes, bytes]:
        """Certificate and private key (PEM) for a name, IP addresses and host names.

        It serves for both sides, server and client.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names: list[x509.GeneralName] = [x509.DNSName(name)]
        names += [place(address) for address in addresses]
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        certificate = (
            self._builder(subject, key.public_key(), days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .add_extension(usage(signs_certificates=False), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM), pem_of(key)


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What a key may do."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates,
        crl_sign=signs_certificates, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def place(address: str) -> x509.GeneralName:
    """An IP address or a host name."""
    try:
        return x509.IPAddress(ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def read_pair(certificate: bytes, key: bytes) -> tuple[x509.Certificate, Any]:
    """An authority's certificate and key; ``Rejected("keys.certificate-unreadable")``."""
    try:
        found = x509.load_pem_x509_certificate(certificate)
        secret = serialization.load_pem_private_key(key, None)
    except ValueError as error:
        raise Rejected("keys.certificate-unreadable") from error
    if secret.public_key() != found.public_key():
        raise Rejected("keys.certificate-unreadable")
    return found, secret


def names_of(certificate: bytes) -> frozenset[str]:
    """Common name and DNS names of a certificate (DER or PEM).

    Raises
    ------
    Rejected
        ``keys.certificate-unreadable``
    """
    try:
        if certificate.startswith(b"-----"):
            found = x509.load_pem_x509_certificate(certificate)
        else:
            found = x509.load_der_x509_certificate(certificate)
        common = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        names = {str(one.value) for one in common}
        other = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return frozenset(names | set(other.get_values_for_type(x509.DNSName)))
    except x509.ExtensionNotFound:
        return frozenset(names)
    except ValueError as error:
        raise Rejected("keys.certificate-unreadable") from error


def days_left(pem: bytes, now: datetime) -> float:
    """Days until the first of the certificates in a PEM file ends; negative when one has.

    Raises
    ------
    Rejected
        ``keys.certificate-unreadable``
    """
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise Rejected("keys.certificate-unreadable") from error
    return min((one.not_valid_after_utc - now).total_seconds() for one in found) / 86400.0
