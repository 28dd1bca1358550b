"""gunicorn with uvicorn's workers: `gunicorn --config deploy/gunicorn.conf.py zyra.api.server:app`.

The settings of the service itself are ZYRA_... variables; these are of the server around it.
Headers and the time they take are not limited here, since uvicorn's workers read the connection
themselves: the proxy in front does that.
"""

import os

bind = os.environ.get("ZYRA_BIND", "0.0.0.0:8000")
worker_class = "uvicorn_worker.UvicornWorker"
# Servers only answer; commands run in processes of their own. More workers serve more streams.
workers = int(os.environ.get("ZYRA_SERVERS", "2"))
# The service is built in each worker, after the fork: it owns processes and connections.
preload_app = False
# Streams and sync answers are asynchronous, so this notices only a server that hangs whole.
timeout = 60
# Longer than a sync answer may take (ZYRA_SYNC_LIMIT_S), so that a stop breaks none off.
graceful_timeout = 75
# Above the proxy's own keep-alive, or the proxy would now and then send into a closing one.
keepalive = 120
# Servers are not replaced after a number of requests: memory does not grow with them, commands
# run elsewhere, and a replacement would close streams without need.
max_requests = 0
# Addresses that callers' ones are taken from: only the proxy's.
forwarded_allow_ips = os.environ.get("ZYRA_PROXIES", "127.0.0.1")
accesslog = "-"
# Paths only: a query may hold what logs should not keep.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(D)sus'
# Its own remote control is not needed, and would lie in somebody's home.
control_socket_disable = True
