"""Certificates for test servers: a good one, and each way in which one can be bad."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

HOST = "localhost"
NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"
AUTHORITY = (
    "[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index.txt\nrand_serial=yes\n"
    "default_md=sha256\npolicy=any\nunique_subject=no\nnew_certs_dir={folder}\n[any]\ncommonName=supplied\n"
    "[req]\ndistinguished_name=name\n[name]\n[root]\nbasicConstraints=critical,CA:true\n"
    "keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
    "[here]\n{names}\nauthorityKeyIdentifier=keyid\n"
    "[elsewhere]\nsubjectAltName=DNS:mail.elsewhere.example\nauthorityKeyIdentifier=keyid\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate and its key, in files."""

    chain: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chain, self.key)
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """What a test needs to speak TLS, rightly and wrongly."""

    ca_file: Path
    good: Certificate
    expired: Certificate
    wrong_host: Certificate
    self_signed: Certificate


def make_certificates(folder: Path) -> Certificates:
    """Make an authority and its certificates with the openssl command."""
    config = folder / "openssl.cnf"
    config.write_text(AUTHORITY.format(folder=folder, names=NAMES))
    (folder / "index.txt").touch()
    key = folder / "key.pem"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(key))
    ca_file = folder / "ca.pem"
    self_signed = folder / "self-signed.pem"
    common = ("req", "-new", "-config", str(config), "-key", str(key), "-subj")
    openssl(
        *common, "/CN=Test authority", "-x509", "-days", "2", "-extensions", "root",
        "-out", str(ca_file),
    )  # fmt: skip
    openssl(
        *common, f"/CN={HOST}", "-x509", "-days", "2", "-extensions", "here",
        "-out", str(self_signed),
    )  # fmt: skip
    request = folder / "request.pem"
    openssl(*common, f"/CN={HOST}", "-out", str(request))

    def sign(name: str, extensions: str, *dates: str) -> Certificate:
        chain = folder / f"{name}.pem"
        openssl(
            "ca", "-batch", "-notext", "-config", str(config), "-cert", str(ca_file),
            "-keyfile", str(key), "-in", str(request), "-out", str(chain),
            "-extensions", extensions, *dates,
        )  # fmt: skip
        return Certificate(chain=chain, key=key)

    past = ("-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
    return Certificates(
        ca_file=ca_file,
        good=sign("good", "here", "-days", "2"),
        expired=sign("expired", "here", *past),
        wrong_host=sign("wrong-host", "elsewhere", "-days", "2"),
        self_signed=Certificate(chain=self_signed, key=key),
    )


def openssl(*arguments: str) -> None:
    """Run the command; its words are in the error if it fails."""
    done = subprocess.run(  # arguments are this module's own
        ["openssl", *arguments],  # wherever it is installed
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
