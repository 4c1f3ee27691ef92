"""The Hub client and its cache against huggingface_hub.

A stand-in for the Hub (hubserver, Go) serves a tiny ViT on loopback. The official client fetches it, which proves the
stand-in; then `curate model pull` fetches it into a cache of its own; the two caches are compared, and each client
reads the other's cache without a network.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

CURATE = os.environ.get("CURATE", "./curate")
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
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# a tiny ViT\n")


def environment(**extra):
    """The environment without settings of the user's own Hub."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING", "TRANSFORMERS_"))}
    return {**clean, **extra}


def curate(*args, **extra):
    return subprocess.run([CURATE, *args, "--json", "--quiet"], env=environment(**extra), capture_output=True, text=True)


FETCH = "import sys, huggingface_hub as h; print(h.snapshot_download(sys.argv[1], revision=sys.argv[2] or None))"


def official(repo, revision="", **extra):
    """The official client in a process of its own, because it reads its settings when it is imported."""
    return subprocess.run([sys.executable, "-c", FETCH, repo, revision], env=environment(HF_HUB_DISABLE_XET="1", **extra), capture_output=True, text=True)


def layout(cache):
    """Everything that both clients must agree on: blobs and their content, refs, links and where they point."""
    root = pathlib.Path(cache) / "hub" / "models--org--vit"
    entries = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if not name.startswith(("blobs/", "refs/", "snapshots/")):
            continue
        if path.is_symlink():
            entries[name] = "-> " + os.readlink(path)
        elif path.is_file():
            entries[name] = path.read_bytes()
    return entries


def compare(endpoint, theirs, ours):
    online = official("org/vit", HF_ENDPOINT=endpoint, HF_HOME=theirs)
    check("the official client fetches from the stand-in", (online.returncode, online.stderr[-300:] if online.returncode else ""), (0, ""))
    pulled = curate("model", "pull", "org/vit", HF_ENDPOINT=endpoint, HF_HOME=ours)
    check("curate fetches from the stand-in", (pulled.returncode, pulled.stderr), (0, ""))
    a, b = layout(theirs), layout(ours)
    check(f"the same names in both caches ({len(a)})", sorted(b), sorted(a))
    check("the same content and links", [k for k in a if a[k] != b.get(k)], [])


def exchange(theirs, ours, folder):
    nowhere = dict(HF_ENDPOINT="http://127.0.0.1:1", HF_HUB_OFFLINE="1")
    swapped = official("org/vit", HF_HOME=ours, **nowhere)
    check("the official client reads curate's cache offline", swapped.returncode, 0)
    names = sorted(os.listdir(swapped.stdout.strip())) if swapped.returncode == 0 else swapped.stderr[-300:]
    check("and finds every file there", names, sorted(os.listdir(folder)))
    read = curate("model", "pull", "org/vit", HF_HOME=theirs, **nowhere)
    check("curate reads the official client's cache offline", (read.returncode, read.stderr), (0, ""))
    if read.returncode == 0:
        model = json.loads(read.stdout)
        check("and knows the model", (model["kind"], model["dim"], model["layers"], model["licence"]), ("vit", 64, 2, "apache-2.0"))
    listed = curate("model", "ls", HF_HOME=theirs, **nowhere)
    check("curate model ls lists it", "org/vit" in [json.loads(line)["name"] for line in listed.stdout.splitlines()], True)


def revisions_and_access(endpoint, theirs, ours):
    settings = dict(HF_ENDPOINT=endpoint)
    check("a tag, official", official("org/vit", "v1.0", HF_HOME=theirs, **settings).returncode, 0)
    check("a tag, curate", curate("model", "pull", "org/vit@v1.0", HF_HOME=ours, **settings).returncode, 0)
    check("the caches agree on it", layout(ours).get("refs/v1.0"), layout(theirs).get("refs/v1.0"))
    for client, run in (("official", lambda **e: official("org/gated", HF_HOME=theirs, **settings, **e)), ("curate", lambda **e: curate("model", "pull", "org/gated", HF_HOME=ours, **settings, **e))):
        check(f"gated without a token is refused, {client}", run().returncode != 0, True)
        check(f"gated with a token, {client}", run(HF_TOKEN="hf_conformance").returncode, 0)
    for bad in ("org/none", "org/vit@none"):
        repo, _, revision = bad.partition("@")
        both = (official(repo, revision, HF_HOME=theirs, **settings).returncode != 0, curate("model", "pull", bad, HF_HOME=ours, **settings).returncode != 0)
        check(f"{bad} is an error for both", both, (True, True))


def main():
    with tempfile.TemporaryDirectory() as tmp:
        root = pathlib.Path(tmp)
        folder = root / "vit"
        make_model(folder)
        binary = root / "hubserver"
        subprocess.run(["go", "build", "-o", binary, "./conformance/hubserver"], check=True)
        with subprocess.Popen([binary, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            endpoint = server.stdout.readline().strip()
            theirs, ours = str(root / "theirs"), str(root / "ours")
            compare(endpoint, theirs, ours)
            exchange(theirs, ours, folder)
            revisions_and_access(endpoint, theirs, ours)
            server.stdin.close()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
