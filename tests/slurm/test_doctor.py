"""`hone doctor --cluster`: a line for each thing that a build on the cluster needs, found by jobs that are really run."""

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.timeout(600)]


@pytest.fixture
def told(built, cluster, tmp_path):
    """What doctor says, by the name of each line, with an edited list of partitions."""

    def of(partitions):
        repo = built.copy(tmp_path / "repo")
        (repo.path / "profiles/slurm/partitions.yaml").write_text(partitions)
        return dict(line.split(": ", 1) for line in repo.hone("doctor", "--cluster").splitlines())

    return of


def test_each_partition_is_told_and_tried(told):
    said = told("partitions: {cpu: {}, gpu: {max_gpu: 1}, lost: {}}")
    assert said["partition gpu"] == "up, 2 nodes, each 16 cores, 62 GiB, gpu:1; longest job infinite"
    assert said["a job in cpu"].startswith("ran on cpu1; shares this folder; the same environment; no tracking server")
    assert said["a job in gpu"].endswith("torch sees no GPU (CUDA_VISIBLE_DEVICES is '0')")
    assert said["a job in lost"] == "profiles/slurm/partitions.yaml names a partition that this cluster has not"
