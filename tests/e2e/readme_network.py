#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The README's first configuration and its commands, as written: run in a network namespace of its own, where this gives the loopback
interface the addresses that the configuration names and starts what stands behind them.

usage: unshare --net readme_network.py HALLWATCH FOLDER      FOLDER holds hallwatch.yaml, the same with power in a
folder of that name, and `commands`: a list of {"command": words behind hallwatch, "status": its exit status}
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from device_servers import TOP, stop, wait_until

PDU, METER, SERVER = "10.0.0.5", "10.0.0.6", "10.0.0.9"
LIMIT_S = 30


def listens(host, port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def pdu_answers():
    command = ["snmpget", "-v2c", "-c", "public", "-t", "0.5", "-r", "0", PDU, "1.3.6.1.2.1.1.2.0"]
    return subprocess.run(command, capture_output=True, env={**os.environ, "MIBS": ""}).returncode == 0


def start_world(folder):
    """The two devices, the broker and the database; returns their processes."""
    (folder / "data").mkdir()
    shutil.copy(TOP / "tests/drivers/apc_rpdu2/apc_rpdu2.snmprec", folder / "data" / "public.snmprec")
    for path in (folder, folder / "data"):
        path.chmod(0o777)
    (folder / "mosquitto.conf").write_text(f"listener 1883 {SERVER}\nallow_anonymous true\nuser root\n")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    commands = [
        ["snmpsimd", f"--data-dir={folder}/data", f"--cache-dir={folder}/cache", "--logging-method=null",
         f"--agent-udpv4-endpoint={PDU}:161", "--process-user=nobody", "--process-group=nogroup"],
        ["/usr/bin/python3", TOP / "tests/sim/modbus_server.py", "--host", METER, "--port", "502",
         TOP / "tests/drivers/schneider_pm5000/schneider_pm5000.registers"],
        ["/usr/sbin/mosquitto", "-c", folder / "mosquitto.conf"],
        ["victoria-metrics", f"-storageDataPath={folder}/vm", f"-httpListenAddr={SERVER}:8428",
         "-search.latencyOffset=0s"],
    ]
    return [subprocess.Popen(command, **quiet) for command in commands]


def database_has(device):
    query = urllib.parse.urlencode({"query": f'facility_active_power_watts{{device="{device}"}}'})
    with urllib.request.urlopen(f"http://{SERVER}:8428/api/v1/query?{query}", timeout=5) as answer:
        return len(json.load(answer)["data"]["result"]) > 0


def run_commands(hallwatch, folder):
    """Each command with the running agent and its configuration in the place of the service's; what is about nodes with the
    configuration that has some."""
    for entry in json.loads((folder / "commands").read_text()):
        words = entry["command"]
        place = folder / "power" if words[0] in ("tree", "whatif") else folder
        words = [str(place / "hallwatch.yaml") if Path(word).name == "hallwatch.yaml" else word for word in words]
        if words[0] == "status" and "--config" not in words:
            words += ["--config", str(folder / "hallwatch.yaml")]
        done = subprocess.run([hallwatch, *words], cwd=TOP, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        assert done.returncode == entry["status"], f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}"


def main(hallwatch, folder):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in (PDU, METER, SERVER):
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
    configuration = folder / "hallwatch.yaml"
    processes = start_world(folder)
    try:
        for host, port in ((METER, 502), (SERVER, 1883), (SERVER, 8428)):
            wait_until(lambda: listens(host, port), LIMIT_S, f"{host}:{port} listens")
        wait_until(pdu_answers, LIMIT_S, "the PDU answers")
        subprocess.run([hallwatch, "check", configuration], check=True)
        agent = subprocess.Popen([hallwatch, "run", configuration])
        processes.insert(0, agent)
        for device in ("pdu-r01-a", "meter-a"):
            command = ["mosquitto_sub", "-h", SERVER, "-t", f"hallwatch/seoul-1/{device}", "-C", "1", "-W", str(LIMIT_S)]
            message = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            assert message["device"] == device and message["readings"], message
            wait_until(lambda: database_has(device), LIMIT_S, f"{device} is in the database")
        status = subprocess.run([hallwatch, "status", "--config", configuration], capture_output=True, text=True, check=True)
        assert "2 of 2 devices up" in status.stdout, status.stdout
        run_commands(hallwatch, folder)
        agent.terminate()
        assert agent.wait(10) == 0
    finally:
        for process in processes:
            stop(process)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
