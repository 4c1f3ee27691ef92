"""A stand-in for a Weights & Biases server: it takes what the client's APIs send (GraphQL, file stream, uploads) for one
key, and keeps it in memory as the real one shows it: runs with config, history, summary, files and how they ended.

The official client must be content with it, which tracking.py proves before it lets curate speak to it.
"""

import base64
import gzip
import http.server
import json
import re
import threading
import urllib.parse

KEY = "a" * 40
ENTITY = "tester"


class Run:
    def __init__(self):
        self.config, self.display, self.history, self.summary, self.files = {}, "", {}, {}, {}
        self.exit, self.upserts, self.beats = None, 0, 0


class Server(http.server.ThreadingHTTPServer):
    """runs is by (project, run); failing answers everything with 503; refused counts requests without the key."""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.runs, self.failing, self.refused, self.unknown, self.lock = {}, False, 0, [], threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # clients hang up when they have what they want


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(data) if self.headers.get("Content-Encoding") == "gzip" else data

    def answer(self, value, status=200):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def allowed(self):
        want = "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode()
        if self.server.failing:
            self.answer({"error": "down"}, 503)
        elif self.headers.get("Authorization") != want:
            self.server.refused += 1
            self.answer({"error": "permission denied"}, 401)
        else:
            return True
        return False

    def do_GET(self):
        self.answer({"status": "ok"})

    def do_PUT(self):
        data = self.body()  # uploads need no key: their address is secret
        project, run, name = urllib.parse.unquote(self.path).split("/storage/")[1].split("/", 2)
        with self.server.lock:
            self.server.runs[project, run].files[name] = data
        self.answer({})

    def do_POST(self):
        data = self.body()
        if not self.allowed():
            return
        with self.server.lock:
            stream = re.fullmatch(r"/files/([^/]+)/([^/]+)/([^/]+)/file_stream", urllib.parse.unquote(self.path))
            if self.path == "/graphql":
                self.answer(self.graphql(json.loads(data)))
            elif stream:
                self.stream(self.server.runs[stream.group(2), stream.group(3)], json.loads(data))
                self.answer({"exitcode": None, "limits": {}})
            else:
                self.server.unknown.append(self.path)
                self.answer({"error": "unknown"}, 404)

    def stream(self, run, sent):
        run.beats += 1
        for name, part in (sent.get("files") or {}).items():
            if name == "wandb-history.jsonl":
                for i, line in enumerate(part["content"]):
                    run.history[part["offset"] + i] = json.loads(line)
            if name == "wandb-summary.json":
                run.summary = json.loads(part["content"][-1])
        run.exit = sent["exitcode"] if sent.get("complete") else None

    def graphql(self, request):
        text, v = request["query"], request.get("variables") or {}
        for name, do in (("upsertBucket", self.upsert), ("createRunFiles", self.create_files), ("viewer", self.viewer)):
            if re.search(rf"\b{name}\b", text):
                return {"data": do(v)}
        if "serverInfo" in text:
            return {"data": {"serverInfo": {"features": [], "cliVersionInfo": {"max_cli_version": "99"}, "latestLocalVersionInfo": None}}}
        if "markRunFilesUploaded" in text:
            return {"data": {"markRunFilesUploaded": {"success": True}}}
        self.server.unknown.append(request.get("operationName") or text[:80])
        return {"errors": [{"message": "the stand-in does not know this"}], "data": None}

    def viewer(self, _):
        user = {"id": "1", "entity": ENTITY, "username": ENTITY, "email": "", "flags": "{}", "teams": {"edges": []}}
        return {"viewer": user}

    def upsert(self, v):
        key = (v["project"], v["name"])
        new = key not in self.server.runs
        run = self.server.runs.setdefault(key, Run())
        run.upserts += 1
        run.display = v.get("displayName") or run.display
        if v.get("config"):
            run.config = json.loads(v["config"])
        project = {"id": "p", "name": v["project"], "entity": {"id": "e", "name": v.get("entity") or ENTITY}}
        bucket = {"id": v["name"], "name": v["name"], "displayName": run.display, "description": None, "config": json.dumps(run.config),
                  "sweepName": None, "project": project, "historyLineCount": len(run.history)}
        return {"upsertBucket": {"bucket": bucket, "inserted": new}}

    def create_files(self, v):
        base = f"{self.server.url}/storage/{v['project']}/{v['run']}/"
        files = [{"name": n, "uploadUrl": base + urllib.parse.quote(n)} for n in v["files"]]
        return {"createRunFiles": {"runID": v["run"], "uploadHeaders": ["X-Storage: yes"], "files": files}}
