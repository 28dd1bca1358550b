"""The names of everything that lies in Redis."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Keys:
    """Names below one prefix, the name of the queue; services that share it share jobs.

    Attributes:
        prefix: First part of every name.
    """

    prefix: str

    @property
    def jobs(self) -> str:
        """Beginning of the name of each job's hash."""
        return f"{self.prefix}:job:"

    @property
    def numbers(self) -> str:
        """Counter that numbers the jobs in the order in which they were accepted."""
        return f"{self.prefix}:numbers"

    @property
    def queued(self) -> str:
        """Sorted set of queued jobs by number."""
        return f"{self.prefix}:queued"

    @property
    def running(self) -> str:
        """Sorted set of running jobs by the end of their lease, in Redis' own time."""
        return f"{self.prefix}:running"

    @property
    def finished(self) -> str:
        """Sorted set of finished jobs with results by the time of their end."""
        return f"{self.prefix}:finished"

    @property
    def callbacks(self) -> str:
        """Sorted set of finished jobs by the time at which their callback is due."""
        return f"{self.prefix}:callbacks"

    @property
    def uses(self) -> str:
        """Hash of what each unfinished job reads."""
        return f"{self.prefix}:uses"

    @property
    def swept(self) -> str:
        """When somebody last looked for leases that ran out."""
        return f"{self.prefix}:swept"

    @property
    def signals(self) -> str:
        """Channel of signals."""
        return f"{self.prefix}:signals"

    @property
    def counts(self) -> str:
        """Hash of everything that is counted, for the metrics."""
        return f"{self.prefix}:counts"

    @property
    def shown(self) -> str:
        """Set of the processes that show how they stand, for the metrics."""
        return f"{self.prefix}:shown"

    def shown_by(self, process: str) -> str:
        """How a process stands."""
        return f"{self.prefix}:shown:{process}"

    def job(self, job_id: str) -> str:
        """Hash of one job."""
        return f"{self.jobs}{job_id}"

    def owner(self, name: str) -> str:
        """Sorted set of the jobs of one owner by number."""
        return f"{self.prefix}:owner:{name}"

    def unfinished(self, owner: str) -> str:
        """Set of the queued and running jobs of one owner."""
        return f"{self.prefix}:unfinished:{owner}"

    def stored(self, owner: str) -> str:
        """Hash of the bytes of each upload of one owner."""
        return f"{self.prefix}:stored:{owner}"

    @property
    def uploads(self) -> str:
        """Hash of where each upload's bytes are counted."""
        return f"{self.prefix}:uploads"

    def streams(self, owner: str) -> str:
        """Sorted set of the open streams of one owner by the time until which they count."""
        return f"{self.prefix}:streams:{owner}"

    def listeners(self, network: str) -> str:
        """Hash of the ports of each server that is reached by one loopback address."""
        return f"{self.prefix}:listeners:{network}"

    def idempotency(self, owner: str, key: str) -> str:
        """Hash of the job that an owner's idempotency key names."""
        digest = hashlib.sha256(f"{owner}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self.prefix}:idempotency:{digest}"

    def frames(self, job_id: str) -> str:
        """Stream of a job's frames, and the channel on which new ones are published."""
        return f"{self.prefix}:frames:{job_id}"

    def frames_state(self, job_id: str) -> str:
        """Hash of the last number of a job's frames, their size and whether they are whole."""
        return f"{self.prefix}:frames-state:{job_id}"
