"""How gunicorn serves the application, in production and under `make run` alike.

Threads wait for the database, processes use the cores; a request that holds a thread longer than ``timeout`` costs its
process. Settings differ by variables, as everywhere.
"""

import gc
import os
from pathlib import Path
from typing import Any

wsgi_app = "apk.wsgi"
bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
reload = os.environ.get("WEB_RELOAD", "false") == "true"
# Loaded once and shared: a restarted process serves at once, and memory is spent once.
preload_app = not reload
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))

timeout = 60
graceful_timeout = 20
keepalive = 30
# A slow leak in a library must not grow for months; the jitter keeps the processes from restarting together.
max_requests = 20_000
max_requests_jitter = 2_000
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

# Whom to believe that a request came over HTTPS: the proxy reaches us over a private network only.
forwarded_allow_ips = os.environ.get("WEB_TRUSTED_PROXIES", "127.0.0.1")
# Nobody steers a running server by hand, and its socket would lie in the home folder.
control_socket_disable = True
accesslog = None  # the proxy keeps one; the application logs what it does


def when_ready(server: Any) -> None:  # gunicorn gives it
    """What was loaded stays for good: the collector need not walk through it in the middle of a request."""
    gc.collect()
    gc.freeze()
