"""Runs on MLflow, Weights & Biases and TensorBoard against their own programs.

A real MLflow server on loopback is read by MLflow's client. For W&B there is a stand-in (wandbserver), which the official
client logs a run to first: that proves it; then curate's run must have the same fields. One run finds both servers well,
one finds them down and is sent later, one is interrupted and goes on.
"""

import glob
import json
import math
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent / "wandbserver"))
import server  # noqa: E402

CURATE = os.path.abspath(os.environ.get("CURATE", "./curate"))
SECRET = server.KEY
failures = 0


def check(what, got, want):
    global failures
    if got == want:
        print(f"ok: {what}")
        return
    failures += 1
    print(f"FAIL: {what}: {got!r}, want {want!r}")


def make_model(folder):
    from transformers import ViTConfig, ViTImageProcessor, ViTModel

    config = ViTConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=1, intermediate_size=128, image_size=32, patch_size=8)
    ViTModel(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)


def make_heap(folder, n):
    import numpy
    from PIL import Image

    rng = numpy.random.default_rng(1)
    for i in range(n):
        label = ("real", "ai")[i % 2]
        (folder / label).mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=numpy.uint8))
        coarse.resize((48, 48), Image.NEAREST if i % 2 else Image.BICUBIC).save(folder / label / f"{i}.png")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class MLflow:
    """`mlflow server` with an SQLite store and its artifact proxy."""

    def __init__(self, folder, port):
        self.url = f"http://127.0.0.1:{port}"
        env = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
                   "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts"]
        self.log = open(folder / "server.log", "w")
        self.process = subprocess.Popen(command, env=env, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        for _ in range(600):
            try:
                urllib.request.urlopen(self.url + "/health", timeout=2)
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("mlflow server did not start: " + (folder / "server.log").read_text()[-2000:])

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


class Bench:
    """A catalogue, a model and the environment of curate."""

    def __init__(self, folder, mlflow_url, wandb_url):
        self.folder = folder
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "WANDB_"))}
        (folder / "netrc").write_text(f"machine {wandb_url.split('//')[1]}\n  login user\n  password {SECRET}\n")
        self.env = {**clean, "MLFLOW_TRACKING_URI": mlflow_url, "WANDB_BASE_URL": wandb_url, "NETRC": str(folder / "netrc"),
                    "WANDB_PROJECT": "pictures", "MLFLOW_EXPERIMENT_NAME": "pictures"}
        make_model(folder / "vit")
        make_heap(folder / "heap", 60)
        self.run("ingest", "heap")

    def start(self, *args):
        return subprocess.Popen([CURATE, *args, "--json"], cwd=self.folder, env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *args):
        p = self.start(*args)
        out, err = p.communicate()
        if p.returncode:
            print(err[-2000:])
        return p.returncode, out, err

    def train(self, out, *more, wait=True):
        args = ("train", "--mode", "full", "--model", "vit", "--batch", "8", "--device", "cpu", "--augment", "standard", "--balance", "sample",
                "--track", "tensorboard,mlflow,wandb", "--out", out, *more)
        return self.run(*args) if wait else self.start(*args)

    def points(self, out):
        return [json.loads(line) for line in (self.folder / out / "metrics.jsonl").read_text().splitlines()]


def want_history(points):
    """What W&B ought to have of metrics.jsonl, without times."""
    rows = []
    for p in points:
        row = {"train/global_step": p["step"], "train/epoch": p["epoch"]}
        for name, v in p.items():
            if name not in ("step", "epoch", "time"):
                row["eval/" + name[5:] if name.startswith("eval_") else "train/" + name] = v
        rows.append(row)
    return rows


def history(run):
    return [{k: v for k, v in run.history[i].items() if not k.startswith("_")} for i in sorted(run.history)]


def check_wandb(what, stand_in, points, name, code=0):
    found = [r for (project, _), r in stand_in.runs.items() if project == "pictures" and r.display == name]
    check(f"{what}: W&B has one run", len(found), 1)
    if len(found) != 1:
        return None
    run = found[0]
    check(f"{what}: W&B has the curve ({len(points)} points)", history(run), want_history(points))
    check(f"{what}: W&B's steps count up", [run.history[i]["_step"] for i in sorted(run.history)], list(range(len(points))))
    check(f"{what}: W&B's exit code", run.exit, code)
    return run


def check_mlflow(what, client, points, name, status="FINISHED"):
    experiment = client.get_experiment_by_name("pictures")
    found = [r for r in client.search_runs([experiment.experiment_id]) if r.info.run_name == name]
    check(f"{what}: MLflow has one run", [r.info.status for r in found], [status])
    if len(found) != 1:
        return None
    run = found[0]
    for metric in ("loss", "learning_rate", "eval_loss", "eval_accuracy"):
        got = sorted((m.step, m.value) for m in client.get_metric_history(run.info.run_id, metric))
        want = sorted((p["step"], p[metric]) for p in points if metric in p)
        same = len(got) == len(want) and all(a[0] == b[0] and math.isclose(a[1], b[1], rel_tol=1e-12) for a, b in zip(got, want))
        check(f"{what}: MLflow has {metric} ({len(want)} points)", same, True)
    return run


def official_wandb(stand_in):
    """The official client's own run, with the metrics that Transformers defines."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(WANDB_BASE_URL=stand_in.url, WANDB_API_KEY=SECRET, WANDB_DIR=folder, WANDB_CACHE_DIR=folder, WANDB_CONFIG_DIR=folder,
                          WANDB_DATA_DIR=folder, WANDB_CONSOLE="off", WANDB_SILENT="true", WANDB_ERROR_REPORTING="false")
        import wandb

        settings = wandb.Settings(x_disable_stats=True, x_disable_meta=True, x_disable_machine_info=True, disable_git=True)
        run = wandb.init(project="official", name="full-1", config={"learning_rate": 5e-5, "mode": "full"}, settings=settings)
        run.define_metric("train/global_step")
        run.define_metric("*", step_metric="train/global_step", step_sync=True)
        run.log({"train/loss": 0.5, "train/global_step": 1, "train/epoch": 0.5})
        run.log({"eval/loss": float("nan"), "train/global_step": 2, "train/epoch": 1})
        (pathlib.Path(folder) / "README.md").write_text("card")
        run.save(folder + "/README.md", base_path=folder, policy="now")
        run.finish()
    ((_, official),) = stand_in.runs.items()
    check("the official W&B client is content with the stand-in", (stand_in.refused, stand_in.unknown, official.exit, len(official.history)), (0, [], 0, 2))
    check("the official W&B client's file arrived", official.files.get("README.md"), b"card")
    stand_in.runs.clear()
    return official


def without_order(metrics):
    return sorted(metrics, key=lambda m: json.dumps(m, sort_keys=True))


def well(bench, stand_in, client, official):
    code, _, err = bench.train("first", "--epochs", "2")
    check("training with three trackers", code, 0)
    points = bench.points("first")
    run = check_wandb("all is well", stand_in, points, "full-1")
    if run:
        theirs, ours = official.history[0], run.history[0]
        check("W&B: a line of history has the official client's fields", sorted(set(theirs) - set(ours)), [])
        check("W&B: the summary has them too", sorted({k for k in official.summary if k != "_wandb"} - set(run.summary)), [])
        check("W&B: metrics are defined as the official client does", without_order(run.config["_wandb"]["value"]["m"]), without_order(official.config["_wandb"]["value"]["m"]))
        check("W&B: settings", (run.config["learning_rate"], run.config["mode"]), (official.config["learning_rate"], official.config["mode"]))
        check("W&B: the card", run.files.get("README.md"), (bench.folder / "first" / "README.md").read_bytes())
    run = check_mlflow("all is well", client, points, "full-1")
    if run:
        check("MLflow: settings", (run.data.params["mode"], run.data.params["learning_rate"], run.data.params["balance"]), ("full", "5e-05", "true"))
        listed = {f.path for f in client.list_artifacts(run.info.run_id)}
        check("MLflow: files", {"README.md", "report.html", "loss.png", "metrics.jsonl", "augment.png"} - listed, set())
        local = client.download_artifacts(run.info.run_id, "README.md", str(bench.folder))
        check("MLflow: the card", pathlib.Path(local).read_bytes(), (bench.folder / "first" / "README.md").read_bytes())
    tensorboard(bench.folder / "first", points)
    return err


def tensorboard(folder, points):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    for metric, tag in (("loss", "train/loss"), ("eval_accuracy", "eval/accuracy")):
        got = [(e.step, e.value) for e in events.Scalars(tag)]
        want = [(p["step"], p[metric]) for p in points if metric in p]
        check(f"TensorBoard reads {tag}", len(got) == len(want) and all(a[0] == b[0] and math.isclose(a[1], b[1], rel_tol=1e-6) for a, b in zip(got, want)), True)


def down(bench, stand_in, mlflow_url, client):
    """Servers that are down neither stop nor fail a training; curate track sends the rest."""
    bench.env["MLFLOW_TRACKING_URI"], stand_in.failing = f"http://127.0.0.1:{free_port()}", True
    code, out, err = bench.train("second", "--epochs", "2", "--seed", "7")
    check("training while both servers are down", code, 0)
    check("it is said what was not sent", ["measurements" in err and f"curate track --run full-2 --to {t}" in err for t in ("mlflow", "wandb")], [True, True])
    bench.env["MLFLOW_TRACKING_URI"], stand_in.failing = mlflow_url, False
    code, out, more = bench.run("track", "--run", "full-2", "--to", "mlflow,wandb")
    check("curate track sends it later", code, 0)
    points = bench.points("second")
    check_wandb("sent later", stand_in, points, "full-2")
    check_mlflow("sent later", client, points, "full-2")
    return err + more


def interrupted(bench, stand_in, client):
    """A run that a person stops is killed on the servers; going on goes on with the same remote runs."""
    p = bench.train("third", "--epochs", "60", wait=False)
    metrics = bench.folder / "third" / "metrics.jsonl"
    for _ in range(3000):
        if metrics.exists() and metrics.read_text().count("\n") > 60:
            break
        time.sleep(0.02)
    p.send_signal(signal.SIGINT)
    _, first = p.communicate()
    check("a stop is an exit with 130", p.returncode, 130)
    check_wandb("stopped", stand_in, bench.points("third"), "full-3", 255)
    check_mlflow("stopped", client, bench.points("third"), "full-3", "KILLED")
    code, out, err = bench.train("third", "--epochs", "60", "--resume")
    check("going on", (code, json.loads(out or "{}").get("continued", 0) > 0), (0, True))
    points = bench.points("third")
    check_mlflow("going on", client, points, "full-3")
    run = check_wandb("going on", stand_in, points, "full-3")
    check("W&B: the run was made once and found again", run is not None and run.upserts >= 2, True)
    return first + err


def secrets(bench, said):
    texts = {path: pathlib.Path(path).read_bytes() for path in glob.glob(str(bench.folder / "*" / "*")) if os.path.isfile(path)}
    texts["curate.db"] = (bench.folder / "curate.db").read_bytes()
    check("no file holds the key", [path for path, data in texts.items() if SECRET.encode() in data], [])
    check("no message holds the key", SECRET in said, False)


def main():
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        (top / "mlflow").mkdir()
        (top / "work").mkdir()
        mlflow = MLflow(top / "mlflow", free_port())
        try:
            from mlflow import MlflowClient

            client, stand_in = MlflowClient(mlflow.url), server.Server()
            official = official_wandb(stand_in)
            bench = Bench(top / "work", mlflow.url, stand_in.url)
            said = well(bench, stand_in, client, official)
            said += down(bench, stand_in, mlflow.url, client)
            said += interrupted(bench, stand_in, client)
            secrets(bench, said)
        finally:
            mlflow.stop()
    sys.exit(1 if failures else 0)


main()
