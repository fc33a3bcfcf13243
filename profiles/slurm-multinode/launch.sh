#!/usr/bin/env bash
# Starts a training step on every node of its SLURM job, a process a GPU, in place of python: launch.sh SCRIPT FLAG...
# One task a node, in which torch's own launcher (that of `accelerate launch` too) starts the processes.
set -euo pipefail
# The processes meet at the first node, where this runs.
export MEET_AT MEET_PORT
MEET_AT=$(hostname)
MEET_PORT=$((20000 + SLURM_JOB_ID % 20000))
# Snakemake's plugin has taken away what SLURM told the job of its size, so it is asked.
nodes=$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%D)
# shellcheck disable=SC2016  # what stands in quotes is for the shell of each task
exec srun --nodes="$nodes" --ntasks="$nodes" --ntasks-per-node=1 --cpu-bind=none --kill-on-bad-exit=1 bash -c '
  exec torchrun --nnodes="$SLURM_NNODES" --node-rank="$SLURM_NODEID" --nproc-per-node="${SLURM_GPUS_ON_NODE:-1}" \
    --master-addr="$MEET_AT" --master-port="$MEET_PORT" -- "$@"' task "$@"
