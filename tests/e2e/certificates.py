# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates for a test, made by openssl in a folder: an authority, what it signed, and what is wrong."""

import os
import subprocess


class Authority:
    """One that signs; `file` is its own certificate."""

    def __init__(self, folder, name="authority"):
        self.folder, self.name = folder, name
        self.file, self.key = self.path("pem"), self.path("key")
        openssl("req", "-x509", *NEW_KEY, "-keyout", self.key, "-out", self.file, "-days", "2", "-subj", f"/CN={name}")

    def path(self, end):
        return os.path.join(self.folder, f"{self.name}.{end}")

    def sign(self, name, names="DNS:localhost", days=2):
        """A certificate for `names` and its key, as two paths; days below 0: it has expired."""
        base = os.path.join(self.folder, name)
        request = ["req", "-new", *NEW_KEY, "-keyout", base + ".key", "-out", base + ".csr", "-subj", f"/CN={name}"]
        openssl(*request)
        with open(base + ".ext", "w") as extension:
            extension.write(f"subjectAltName={names}\n")
        signing = ["-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-extfile", base + ".ext"]
        openssl("x509", "-req", "-in", base + ".csr", "-out", base + ".pem", "-days", str(days), *signing)
        return base + ".pem", base + ".key"


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
