#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The SNMP link against snmpsimd, snmpd and an agent that misbehaves.

Usage: test_snmp_link.py SNMP_PROBE [unittest options]
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

HERE = pathlib.Path(__file__).resolve().parent
HOSTILE = HERE.parent / "sim" / "hostile_snmp.py"
SYSTEM = "1.3.6.1.2.1.1"
ROW = "1.3.6.1.4.1.1"
PROBE = None

RECORDING = """\
1.3.6.1.2.1.1.1.0|4|A rack PDU, recorded
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.4.6
1.3.6.1.2.1.1.3.0|67|4294967295
1.3.6.1.4.1.318.1.1.26.4.3.1.5.1|66|270
1.3.6.1.4.1.318.1.1.26.6.3.1.5.1|2|-3
1.3.6.1.4.1.318.1.1.26.6.3.1.9.1|65|7
1.3.6.1.4.1.318.1.1.26.9.9.0|70|18446744073709551615
1.3.6.1.4.1.318.1.1.26.9.9.1|4x|00ff4142
1.3.6.1.4.1.318.1.1.26.9.9.2|64|192.0.2.7
"""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def has_ipv6():
    """Some containers have no ::1."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as tried:
            tried.bind(("::1", 0))
        return True
    except OSError:
        return False


def probe(port, community, *words, timeout_ms=2000, address="127.0.0.1"):
    """The lines that the probe prints."""
    command = [PROBE, address, str(port), community, str(timeout_ms), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode or done.stderr:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.splitlines()


def wait_for_agent(process, port, community):
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        if process.poll() is not None:
            break
        if probe(port, community, "get", SYSTEM + ".1.0", timeout_ms=200)[0] != "answer timeout":
            return
    raise AssertionError("the agent did not start: " + " ".join(process.args))


def stop(process):
    process.terminate()
    process.wait(10)


class Snmpsim(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, folder)
        data, cache = folder / "data", folder / "cache"
        for made in (folder, data, cache):
            made.mkdir(exist_ok=True)
            made.chmod(0o777)
        (data / "pdu.snmprec").write_text(RECORDING)
        cls.port = free_port()
        command = ["snmpsimd", f"--data-dir={data}", f"--cache-dir={cache}"]
        command += [f"--agent-udpv4-endpoint=127.0.0.1:{cls.port}"]
        if os.getuid() == 0:
            command += ["--process-user=nobody", "--process-group=nogroup"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(stop, process)
        wait_for_agent(process, cls.port, "pdu")

    def test_get_in_the_order_asked(self):
        base = "1.3.6.1.4.1.318.1.1.26"
        names = [f"{base}.9.9.0", f"{base}.6.3.1.5.1", SYSTEM + ".3.0", f"{base}.9.9.1", SYSTEM + ".2.0",
                 f"{base}.9.9.2", f"{base}.1.2.3", SYSTEM + ".1.0", f"{base}.6.3.1.9.1"]
        self.assertEqual(probe(self.port, "pdu", "get", *names), [
            "answer ok",
            f"{base}.9.9.0 = REAL 1.8446744073709552e+19",
            f"{base}.6.3.1.5.1 = INTEGER -3",
            f"{SYSTEM}.3.0 = UNSIGNED32 4294967295",
            f"{base}.9.9.1 = TEXT 4 \\x00\\xffAB",
            f"{SYSTEM}.2.0 = OID 1.3.6.1.4.1.318.1.3.4.6",
            f"{base}.9.9.2 = TEXT 4 \\xc0\\x00\\x02\\x07",
            f"{base}.1.2.3 = NONE",
            f"{SYSTEM}.1.0 = TEXT 20 A rack PDU, recorded",
            f"{base}.6.3.1.9.1 = UNSIGNED32 7",
            "good 1 failed 0 unmatched 0 foreign 0 malformed 0 drops 0",
        ])

    def test_bulk_side_by_side(self):
        lines = probe(self.port, "pdu", "bulk", 2, SYSTEM, "1.3.6.1.4.1.318.1.1.26.9.9.1")
        self.assertEqual([line.split(" = ")[0] for line in lines[1:5]], [
            SYSTEM + ".1.0", "1.3.6.1.4.1.318.1.1.26.9.9.2", SYSTEM + ".2.0", "1.3.6.1.4.1.318.1.1.26.9.9.2"])
        self.assertTrue(lines[4].endswith("= NONE"))  # the end of the view repeats the name

    def test_walk(self):
        lines = probe(self.port, "pdu", "walk", 3, SYSTEM, "1.3.6.1.4.1")
        names = [line.split("|")[0] for line in RECORDING.splitlines()]
        self.assertEqual(sorted(line.split(" = ")[0] for line in lines[:-2]), sorted(names))
        self.assertEqual(lines[-2], "walk ok 9")

    def test_unknown_community_is_silence(self):
        lines = probe(self.port, "nobody", "get", SYSTEM + ".1.0", timeout_ms=200)
        self.assertEqual(lines[0], "answer timeout")

    def test_a_hundred_links_at_once(self):
        lines = probe(self.port, "pdu", "crowd", 100, 5, SYSTEM + ".1.0", SYSTEM + ".2.0", timeout_ms=20000)
        self.assertEqual(lines, ["good 500 failed 0 unmatched 0 foreign 0 malformed 0 drops 0"])


class Snmpd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.port = free_port()
        configuration = folder / "snmpd.conf"
        addresses = f"udp:127.0.0.1:{cls.port}" + (f",udp6:[::1]:{cls.port}" if has_ipv6() else "")
        configuration.write_text(
            f"agentaddress {addresses}\n"
            "rocommunity public\nrocommunity6 public\n"
            "sysDescr a test\nsysContact one\nsysName two\nsysLocation three\n")
        process = subprocess.Popen(
            ["snmpd", "-f", "-Lo", "-C", "-c", str(configuration), "-I", "-smux"],
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder), "MIBS": ""},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(stop, process)
        wait_for_agent(process, cls.port, "public")

    def test_get_over_both_families(self):
        for address in ("127.0.0.1", "::1") if has_ipv6() else ("127.0.0.1",):
            with self.subTest(address):
                names = [SYSTEM + ".1.0", SYSTEM + ".4.0", SYSTEM + ".99.0"]
                lines = probe(self.port, "public", "get", *names, address=address)
                self.assertEqual(lines[:4], [
                    "answer ok", f"{SYSTEM}.1.0 = TEXT 6 a test", f"{SYSTEM}.4.0 = TEXT 3 one",
                    f"{SYSTEM}.99.0 = NONE"])

    def test_many_names_in_one_request(self):
        names = [f"{SYSTEM}.{4 + i % 3}.0" for i in range(128)]
        lines = probe(self.port, "public", "get", *names)
        texts = ["TEXT 3 one", "TEXT 3 two", "TEXT 5 three"]
        self.assertEqual(lines[1:-1], [f"{name} = {texts[i % 3]}" for i, name in enumerate(names)])

    def test_walk_agrees_with_snmpwalk(self):
        theirs = subprocess.run(
            ["snmpwalk", "-v2c", "-cpublic", "-On", "-OQ", f"127.0.0.1:{self.port}", "1.3.6.1.2.1.1"],
            capture_output=True, text=True, timeout=30, env={**os.environ, "MIBS": ""}, check=True).stdout
        names = [line.split(" ")[0].lstrip(".") for line in theirs.splitlines()]
        ours = probe(self.port, "public", "walk", 10, "1.3.6.1.2.1.1")
        self.assertEqual([line.split(" = ")[0] for line in ours[:-2]], names)

    def test_a_hundred_links_on_one_socket(self):
        # More at once would overflow the receive buffer of this one agent.
        lines = probe(self.port, "public", "crowd", 100, 50, SYSTEM + ".1.0", timeout_ms=20000)
        self.assertEqual(lines, ["good 5000 failed 0 unmatched 0 foreign 0 malformed 0 drops 0"])


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        process = subprocess.Popen(
            [sys.executable, str(HOSTILE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.port = int(process.stdout.readline())

        def end():
            process.stdin.close()
            process.stdout.close()
            process.wait(10)

        cls.addClassCleanup(end)

    def expect(self, community, answer, timeout_ms=300, names=(ROW + ".5", ROW + ".300"), **counts):
        """One GET of that agent: what it comes to, and what is counted besides."""
        lines = probe(self.port, community, "get", *names, timeout_ms=timeout_ms)
        counted = {"unmatched": 0, "foreign": 0, "malformed": 0, "drops": 0, **counts}
        with self.subTest(community):
            self.assertEqual(lines[0], answer)
            counts = " ".join(f"{name} {n}" for name, n in counted.items())
            self.assertEqual(lines[-1].split(" ", 4)[4], counts)
        return lines[1:-1]

    def test_answers_that_count(self):
        for community in ("good", "other-port"):
            lines = self.expect(community, "answer ok")
            self.assertEqual(lines, [f"{ROW}.5 = INTEGER 5", f"{ROW}.300 = INTEGER 300"])
        lines = self.expect("huge", "answer ok", names=[ROW + ".1"])
        self.assertEqual(lines, [f"{ROW}.1 = TEXT 65400 " + "x" * 80])

    def test_refusals(self):
        self.expect("too-big", "answer too_big: the agent says tooBig")
        self.expect("no-such-name", "answer refused status 2 index 2: noSuchName")
        self.expect("gen-err", "answer refused status 5 index 0: genErr")

    def test_silence_and_what_is_no_answer(self):
        self.expect("silent", "answer timeout")
        self.expect("wrong-id", "answer timeout", unmatched=1)
        self.expect("stranger", "answer timeout", foreign=1)
        self.expect("cut-in-head", "answer timeout", malformed=1)
        self.expect("garbage", "answer timeout", malformed=3)
        self.expect("version-3", "answer timeout", malformed=1)
        self.expect("no-response", "answer timeout", malformed=1)

    def test_garbled_answers(self):
        for community in ("truncated", "wrong-version", "bad-type"):
            self.expect(community, "answer garbled: a message that breaks the rules of SNMP", malformed=1)
        for community in ("fewer", "more"):
            self.expect(community, "answer garbled: not as many varbinds as asked for", malformed=1)
        for community in ("other-names", "swapped"):
            self.expect(community, "answer garbled: other names than asked for", malformed=1)
        self.expect("odd-status", "answer garbled: an error-status that does not exist", malformed=1)
        self.expect("long-name", "answer garbled: an object identifier longer than 64 parts", malformed=1)
        self.expect("many", "answer too_big: more than 4096 varbinds")

    def test_every_type(self):
        names = [f"1.3.6.1.{i}" for i in range(17)]
        values = [line.split(" = ")[1] for line in self.expect("values", "answer ok", names=names)]
        self.assertEqual(values, [
            "INTEGER -2147483648", "UNSIGNED32 4294967295", "UNSIGNED32 2147483647", "UNSIGNED32 256",
            "INTEGER 9223372036854775807", "REAL 1.8446744073709552e+19",
            "REAL 23.5", "REAL -0.10000000000000001",
            "TEXT 4 \\x04\\x02hi", "TEXT 0 ", "TEXT 4 a\\x00b\\xff", "OID 1.3.6.1.4.1.4294967295",
            "TEXT 4 \\xc0\\x00\\x02\\x01", "NONE", "NONE", "NONE", "NONE"])

    def test_a_flood_answers_once(self):
        lines = probe(self.port, "flood", "twice", ROW + ".1")
        self.assertEqual(lines.count("answer ok"), 2)
        self.assertRegex(lines[-1], r"^good 2 failed 0 unmatched (19[89]|[23]\d\d) foreign 0 malformed 0 ")

    def test_a_late_answer_is_not_the_next_one(self):
        # 0.6 s each, answers after 1 s: the first comes while the second request is under way.
        lines = probe(self.port, "late", "twice", ROW + ".1", timeout_ms=600)
        self.assertEqual(lines, ["answer timeout", "answer timeout",
                                 "good 0 failed 2 unmatched 1 foreign 0 malformed 0 drops 0"])

    def test_silent_agents_do_not_hold_up_each_other(self):
        # More than may be under way at once, so the last ones wait in the queue for a while.
        started = time.monotonic()
        lines = probe(self.port, "silent", "crowd", 5000, 1, ROW + ".1", timeout_ms=500)
        self.assertEqual(lines, ["good 0 failed 5000 unmatched 0 foreign 0 malformed 0 drops 0"])
        self.assertLess(time.monotonic() - started, 3)

    def test_close_with_a_request_under_way(self):
        lines = probe(self.port, "good", "close", ROW + ".1")
        self.assertEqual(lines, ["good 0 failed 0 unmatched 1 foreign 0 malformed 0 drops 0"])

    def test_walks(self):
        def walked(community, *words, **more):
            return probe(self.port, community, "walks", *words, **more)[0]

        self.assertEqual(walked("loop", 10, ROW), "walk ok 0")
        self.assertEqual(walked("unsorted", 10, ROW), "walk ok 0")
        self.assertEqual(walked("good", 40, "1.3.6.1"), "walk ok 0")  # leaves the prefix at once
        self.assertEqual(walked("endless", 40, "1.3.6.1"), "walk too_big 20000")
        self.assertEqual(walked("endless-too-big-above-4", 40, "1.3.6.1"), "walk too_big 20000")
        self.assertEqual(walked("endless-no-bulk", 40, "1.3.6.1", timeout_ms=100), "walk too_big 20000")
        self.assertEqual(walked("silent", 40, ROW, timeout_ms=100), "walk timeout 0")
        self.assertEqual(walked("too-big", 40, ROW), "walk too_big 0")

    def test_no_host_configuration_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "snmp.conf").write_text("dumpPacket yes\nmibs +NO-SUCH-MIB\n")
            told = dict.fromkeys(["SNMPCONFPATH", "HOME", "MIBDIRS", "SNMP_PERSISTENT_DIR"], folder)
            told |= {"MIBS": "ALL", "MIBFILES": folder + "/none"}
            theirs = subprocess.run(
                ["snmpget", "-v2c", "-cgood", f"127.0.0.1:{self.port}", ROW],
                env=os.environ | told, capture_output=True, text=True, timeout=30)
            self.assertIn("Sending", theirs.stdout + theirs.stderr)  # the library would obey
            with unittest.mock.patch.dict(os.environ, told):
                lines = probe(self.port, "good", "get", ROW)
            self.assertEqual(lines[:2], ["answer ok", ROW + " = INTEGER 1"])

    def test_what_cannot_be_sent_is_said_later(self):
        lines = probe(self.port, "good", "get", ROW, address="255.255.255.255")
        self.assertEqual(lines[0], "answer unreachable: Permission denied")


if __name__ == "__main__":
    PROBE = sys.argv.pop(1)
    unittest.main(verbosity=2)
