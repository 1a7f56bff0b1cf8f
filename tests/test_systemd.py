import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parent.parent / "systemd"
UNIT = SYSTEMD / "workorder.service"
THRESHOLD = 12  # exposure times ten; a daemon on the network can get down to 9

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd-analyze: apt install systemd"
)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def program() -> str:
    """What the unit starts; it is not installed where the tests run."""
    return next(
        line.removeprefix("ExecStart=").split()[0]
        for line in UNIT.read_text().splitlines()
        if line.startswith("ExecStart=")
    )


@needs_systemd
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace(program(), "/bin/true"))
    answer = analyze("verify", "--man=no", str(copy))
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")


@needs_systemd
def test_systemd_would_find_a_fault_if_there_were_one(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("ProtectHome=yes", "ProtectHome=yes   # a comment"))
    answer = analyze("verify", "--man=no", str(copy))
    assert "Failed to parse protect home value" in answer.stderr


@needs_systemd
def test_the_service_is_confined_as_far_as_a_network_daemon_can_be() -> None:
    answer = analyze("security", "--offline=true", f"--threshold={THRESHOLD}", str(UNIT))
    assert answer.returncode == 0, answer.stdout + answer.stderr


@needs_systemd
def test_a_unit_that_is_less_confined_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("PrivateUsers=yes", "").replace("PrivateTmp=yes", ""))
    answer = analyze("security", "--offline=true", f"--threshold={THRESHOLD}", str(copy))
    assert answer.returncode == 1


def test_a_wrong_configuration_is_not_started_again() -> None:
    assert "\nRestartPreventExitStatus=2\n" in UNIT.read_text()


def test_the_user_and_the_folders_of_the_unit_are_made_by_the_files_beside_it() -> None:
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # as its documentation says
    unit.read(UNIT)
    service = unit["Service"]
    users = (SYSTEMD / "workorder.sysusers").read_text()
    folders = (SYSTEMD / "workorder.tmpfiles").read_text()
    assert f"\nu {service['User']} " in users
    assert f"\nd /var/lib/{service['StateDirectory']} {service['StateDirectoryMode']} " in folders
    assert (
        f"\nd /etc/{service['ConfigurationDirectory']} {service['ConfigurationDirectoryMode']} "
        in folders
    )
