"""snakemake, but it asks SLURM every two seconds how its jobs fare: `python impatient.py FLAG...`.

The plugin's pauses begin with what the profile says and grow by ten seconds each, which suits jobs of hours.
"""

from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor

PAUSE_S = 2

if __name__ == "__main__":
    RemoteExecutor.next_seconds_between_status_checks = property(lambda self: PAUSE_S, lambda self, seconds: None)
    main()
