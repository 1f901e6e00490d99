"""A git server on loopback: git's own http-backend, demanding a token if told so, and noting what it is sent."""

import base64
import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self


class GitServer:
    """Serves the bare repositories below `root`. With `token`, only to who shows it; with `redirect_to`, nothing."""

    def __init__(self, root: Path, token: str = '', redirect_to: str = '') -> None:
        self.root, self.token, self.redirect_to = root, token, redirect_to
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.at_request: Callable[[], object] = lambda: None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self, b'')

            def do_POST(self) -> None:
                server.answer(self, self.rfile.read(int(self.headers.get('Content-Length', '0'))))

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    @property
    def host(self) -> str:
        return f'127.0.0.1:{self._http.server_port}'

    @property
    def url(self) -> str:
        return f'http://{self.host}'

    @property
    def authorizations(self) -> list[str]:
        return [headers['authorization'] for _, headers in self.seen if 'authorization' in headers]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        self.seen.append((request.path, {name.lower(): value for name, value in request.headers.items()}))
        self.at_request()
        expected = 'Basic ' + base64.b64encode(f'x-access-token:{self.token}'.encode()).decode()
        if self.redirect_to:
            self._reply(request, 301, {'Location': self.redirect_to + request.path})
        elif self.token and request.headers.get('Authorization') != expected:
            self._reply(request, 401, {'WWW-Authenticate': 'Basic realm="git"'})
        else:
            self._serve(request, body)

    @staticmethod
    def _reply(request: BaseHTTPRequestHandler, code: int, headers: dict[str, str], body: bytes = b'') -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            request.send_response(code)
            for name, value in {**headers, 'Content-Length': str(len(body))}.items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(body)

    def _serve(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        path, _, query = request.path.partition('?')
        done = subprocess.run(
            ['git', 'http-backend'],
            input=body,
            capture_output=True,
            check=True,
            env={
                'PATH': os.environ['PATH'],
                'GIT_PROJECT_ROOT': str(self.root),
                'GIT_HTTP_EXPORT_ALL': '1',
                'GIT_CONFIG_NOSYSTEM': '1',
                'REQUEST_METHOD': request.command,
                'PATH_INFO': path,
                'QUERY_STRING': query,
                'CONTENT_TYPE': request.headers.get('Content-Type', ''),
                'HTTP_CONTENT_ENCODING': request.headers.get('Content-Encoding', ''),
                'GIT_PROTOCOL': request.headers.get('Git-Protocol', ''),
            },
        )
        head, _, answer = done.stdout.partition(b'\r\n\r\n')
        headers = dict(line.split(': ', 1) for line in head.decode().split('\r\n') if ': ' in line)
        self._reply(request, int(headers.pop('Status', '200').split()[0]), headers, answer)
