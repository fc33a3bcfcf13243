"""Where there is no SLURM, or its controller is away, `hone doctor --cluster` says so in a line."""

from hone import cluster


def test_no_slurm_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    (line,) = cluster.lines()
    assert line == "cluster: no SLURM here (sinfo is not installed); ask on a machine that jobs are submitted from"


def test_a_controller_that_is_away_is_told_in_its_own_words(monkeypatch, tmp_path):
    sinfo = tmp_path / "sinfo"
    sinfo.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo slurm 22.05.8 && exit\necho "no controller" >&2\nexit 1\n'
    )
    sinfo.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert list(cluster.lines()) == ["cluster: slurm 22.05.8", "cluster: no controller"]
