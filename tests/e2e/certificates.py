# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests of TLS, made by the openssl command in a folder of their own."""

import os
import subprocess
import tempfile

CA_CONF = """[ca]
default_ca = ours
[ours]
new_certs_dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {' '.join(arguments)}: {done.stderr}")


class Authority:
    """A certificate authority. `ca` is its certificate's path."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-test-")
        self.ca, self.key = self.path("ca.pem"), self.path("ca.key")
        with open(self.path("ca.conf"), "w") as conf:
            conf.write(CA_CONF.format(folder=self.folder.name))
        with open(self.path("index.txt"), "w"), open(self.path("serial"), "w") as serial:
            serial.write("01\n")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", self.ca, "-days", "2",
                "-subj", "/CN=test authority")  # fmt: skip

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def issue(self, name, host="IP:127.0.0.1", begin="20200101000000Z", end="20491231000000Z"):
        """(certificate, key): paths; `host` as in subjectAltName."""
        certificate, key, request = (self.path(name + suffix) for suffix in (".pem", ".key", ".csr"))
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}",
                "-addext", f"subjectAltName={host}")  # fmt: skip
        openssl("ca", "-batch", "-notext", "-config", self.path("ca.conf"), "-cert", self.ca, "-keyfile", self.key,
                "-in", request, "-out", certificate, "-startdate", begin, "-enddate", end)  # fmt: skip
        return certificate, key

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()
