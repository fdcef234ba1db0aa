"""A web server for tests that kill it: serves in a child process and starts the next one when that dies.

Usage: web_process.py HOME URL PORT PIDFILE
"""

import os
import sys
from dataclasses import replace
from pathlib import Path


def main() -> None:
    home, url, port, pid_file = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    from waitress.server import create_server

    from supplier_quality import features
    from supplier_quality.app import create_app
    from tests.support import settings_for

    features.load_runtime()
    settings = replace(settings_for(home, url), log_level="error")
    while True:
        child = os.fork()
        if child == 0:
            app = create_app(settings, features.open_database(settings))
            create_server(app, host="127.0.0.1", port=port, threads=6).run()
        beside = pid_file.with_suffix(".new")
        beside.write_text(str(child))
        beside.rename(pid_file)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
