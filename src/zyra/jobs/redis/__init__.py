"""The ports on Redis, for any number of servers and workers on any number of machines.

What lies in Redis, below the queue's name: records (secrets masked), the plans of jobs that
are not done (resolved arguments, so secrets may be in them: give this Redis to nobody
else, with a password and TLS), frames of output, and RQ's queue of job ids. A plan goes
when its job is done, frames with the results' time to live.
"""
