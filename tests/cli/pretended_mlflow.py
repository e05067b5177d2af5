"""A pretended MLflow server: what a run needs of the REST API, kept in memory, with trouble on demand."""

import base64
import http.server
import json
import threading
import time
import urllib.parse


class PretendedMlflow:
    """`fail(method, path, body)` may return the code to answer with instead, "late" (done, but the answer is lost) or
    None; `delay` are seconds before each answer."""

    def __init__(self, port=0):
        self.runs, self.experiments, self.files, self.batches, self.requests = {}, {}, {}, [], []
        self.fail = lambda method, path, body: None
        self.delay = 0
        self.artifacts = "mlflow-artifacts:/{experiment}/{run}/artifacts"
        self.port = port
        self.server = None
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        pretended = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                pretended.answer(self)

            do_GET = do_POST = do_PUT = answer

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        """As when it is away; what it has it keeps."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        path = urllib.parse.urlsplit(handler.path)
        time.sleep(self.delay)
        with self.lock:
            self.requests.append((handler.command, path.path, dict(handler.headers)))
            trouble = self.fail(handler.command, path.path, body)
            if isinstance(trouble, int):
                code, result = trouble, {"error_code": "TROUBLE", "message": f"trouble {trouble}"}
            else:
                code, result = self.result(handler.command, path, body)
        if trouble == "late":
            handler.close_connection = True
            return
        text = json.dumps(result).encode()
        try:
            handler.send_response(code)
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text)
        except OSError:  # who asked has gone
            pass

    def result(self, method, path, body):
        if path.path.startswith("/api/2.0/mlflow-artifacts/artifacts/"):
            self.files[urllib.parse.unquote(path.path.split("/artifacts/", 1)[1])] = body
            return 200, {}
        name = path.path.removeprefix("/api/2.0/mlflow/")
        given = json.loads(body) if body else dict(urllib.parse.parse_qsl(path.query))
        answer = getattr(self, name.replace("/", "_").replace("-", "_"))(**given)
        if answer is None:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "there is none"}
        return 200, answer

    def experiments_get_by_name(self, experiment_name):
        number = self.experiments.get(experiment_name)
        known = {"experiment_id": number, "name": experiment_name, "lifecycle_stage": "active"}
        return {"experiment": known} if number else None

    def experiments_create(self, name):
        self.experiments[name] = str(len(self.experiments) + 1)
        return {"experiment_id": self.experiments[name]}

    def run_answer(self, run):
        latest = {}
        for metric in run["metrics"]:
            if metric["step"] >= latest.get(metric["key"], metric)["step"]:
                latest[metric["key"]] = metric
        return {"run": {"info": run["info"], "data": {"metrics": list(latest.values())}}}

    def runs_create(self, experiment_id, run_name, start_time, tags):
        run_id = f"run{len(self.runs) + 1}"
        self.runs[run_id] = {
            "info": {
                "run_id": run_id,
                "experiment_id": experiment_id,
                "run_name": run_name,
                "start_time": start_time,
                "status": "RUNNING",
                "lifecycle_stage": "active",
                "artifact_uri": self.artifacts.format(experiment=experiment_id, run=run_id),
            },
            "tags": {tag["key"]: tag["value"] for tag in tags},
            "params": {},
            "metrics": [],
            "statuses": [],
        }
        return self.run_answer(self.runs[run_id])

    def runs_search(self, experiment_ids, filter, max_results):  # noqa: A002
        key = filter.split("'")[1]
        found = [run for run in self.runs.values() if run["tags"]["ganymede.run"] == key]
        return {"runs": [self.run_answer(run)["run"] for run in found[:max_results]]}

    def runs_get(self, run_id):
        return self.run_answer(self.runs[run_id]) if run_id in self.runs else None

    def runs_log_batch(self, run_id, metrics=(), params=()):
        assert len(metrics) <= 1000 and len(params) <= 100
        self.batches.append(len(metrics))
        run = self.runs[run_id]
        run["metrics"] += metrics
        run["params"].update((param["key"], param["value"]) for param in params)
        return {}

    def runs_update(self, run_id, status, end_time=None):
        run = self.runs[run_id]
        run["info"].update(status=status, end_time=end_time)
        run["statuses"].append(status)
        return {}

    # What tests ask.

    def run(self):
        assert len(self.runs) == 1, list(self.runs)
        return next(iter(self.runs.values()))

    def rows(self):
        """step -> key -> value; each value was sent once."""
        rows, seen = {}, set()
        for metric in self.run()["metrics"]:
            assert (metric["key"], metric["step"]) not in seen, f"sent twice: {metric}"
            seen.add((metric["key"], metric["step"]))
            rows.setdefault(metric["step"], {})[metric["key"]] = metric["value"]
        return rows

    def file(self, name):
        info = self.run()["info"]
        return self.files.get(f"{info['experiment_id']}/{info['run_id']}/artifacts/{name}")


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
