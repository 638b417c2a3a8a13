"""Imports point left only, also those of imports, and the Streamlit process never imports TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAGES = {
    # What all parts share, and arithmetic on it. The parts of EfficientNet are sizes, which settings are checked by.
    "words": """errors images events rules settings style_settings dream_settings vgg_layers models.efficientnet_parts
        sliding receptive_field schedules statistics evaluation projection history checkpoints films kernel_pictures
        learning_curve digits strokes clock priority autograph_files allowance joining nicknames whole_files
        colour_maps kept children paths""",
    "sources": "sources preparing style_pictures tuned_test",
    "the machine": "memory imports device",
    "models": "models standalone forward learned feature_maps",
    "experiments": "experiments",
    # Short functions, most of which a worker computes beside a run.
    "calls": """convolution demonstration filtering kernels preview reading classifying naming dreaming cifar_bugs
        chapter_bugs transpose_bug keras_file tuned_files long_calls""",
    "lab": """archive records comparison fairness environment work waiting runs needs worker cluster connection lab
        looks challenges challenges_of_pages board""",
    "the command line": "__main__",
}
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


def loaded(path):
    """What `load_module` brings where it is needed, up to where its name depends on something."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load_module":
            match node.args[0]:
                case ast.Constant(name) | ast.JoinedStr([ast.Constant(name), *_]):
                    yield name.rstrip("_.")


def stages(dotted):
    """The stages of a module: that of its own name, or else of the package that it is in."""
    while dotted:
        if found := [number for number, names in enumerate(STAGES.values()) if dotted in names.split()]:
            return found
        dotted = dotted.rpartition(".")[0]
    return []


def module(path):
    return ".".join(path.relative_to(ROOT / "engine").with_suffix("").parts).removesuffix(".__init__")


MODULES = {module(path): path for path in scripts("engine") if path != ROOT / "engine" / "__init__.py"}


@pytest.mark.parametrize("name", MODULES)
def test_imports_of_the_engine_point_left(name):
    # Each module has its stage, so what is imported by what is imported cannot point right either.
    assert len(stages(name)) == 1, f"{name} has no stage, or two: give it one of {', '.join(STAGES)}"
    (own,) = stages(name)
    for imported in [*imports(MODULES[name]), *loaded(MODULES[name])]:
        assert imported.split(".")[0] != "pages", f"{name} imports {imported}"
        if imported.startswith("engine."):
            for stage in stages(imported.removeprefix("engine.")):
                assert stage <= own, f"{name} imports {imported}, which is right of it"


def test_every_stage_names_what_there_is():
    packages = {name.rpartition(".")[0] for name in MODULES}
    assert {name for names in STAGES.values() for name in names.split()} <= MODULES.keys() | packages


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
