"""Imports point left only, and the Streamlit process never imports TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = ["sources", "models", "experiments", "worker", "lab"]
TENSORFLOW = {"tensorflow", "keras"}
ALLOWED_TO_IMPORT_TENSORFLOW = ("engine/models/", "engine/experiments/", "engine/standalone/")


def scripts(folder):
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def stage(dotted):
    parts = dotted.split(".")
    return ORDER.index(parts[1]) if parts[0] == "engine" and len(parts) > 1 and parts[1] in ORDER else None


@pytest.mark.parametrize("path", scripts("engine"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_of_the_engine_point_left(path):
    own = stage(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for name in imports(path):
        assert name.split(".")[0] != "pages", f"{path} imports {name}"
        if own is not None and stage(name) is not None:
            assert stage(name) <= own, f"{path} imports {name}, which is right of it"


def test_only_networks_and_experiments_import_tensorflow():
    for path in [*scripts("engine"), *scripts("pages"), ROOT / "streamlit_app.py"]:
        local = str(path.relative_to(ROOT))
        if not local.startswith(ALLOWED_TO_IMPORT_TENSORFLOW):
            assert not TENSORFLOW & {name.split(".")[0] for name in imports(path)}, path


def test_pages_start_no_threads():
    for path in scripts("pages"):
        assert "threading" not in set(imports(path)), path


RUN_EVERY_PAGE = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("streamlit_app.py", default_timeout=60).run()
assert not app.exception, app.exception
for page in sorted(Path("pages").glob("*.py")):
    app.switch_page(str(page)).run()
    assert not app.exception, (page, app.exception)
print([name for name in ("tensorflow", "keras") if name in sys.modules])
"""


def test_no_page_brings_tensorflow_into_the_streamlit_process():
    done = subprocess.run([sys.executable, "-c", RUN_EVERY_PAGE], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
