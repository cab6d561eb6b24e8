"""What the manifests must agree with, read from where it is decided."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "crates/turnout-server/src"


def seconds_of_drain():
    """How long a process may take from SIGTERM to its end."""
    text = (SERVER / "serve.rs").read_text()
    return sum(int(re.search(rf"const {name}: u64 = (\d+);", text)[1]) for name in ("DRAIN_SECONDS_MAX", "STOP_SECONDS_MAX"))


def settings():
    """The environment variables that `turnout serve` takes."""
    names = re.findall(r'env = "([A-Z_]+)"', (SERVER / "config.rs").read_text())
    return {*names, "RUST_LOG", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}


def gateway():
    """Which role answers what is below a first part of the path, as the gateway of the web role has it."""
    arm = r'\(((?:"[\w-]+"(?: \| )?)+), \.\.\)\s*=> (?:\{\s*)?Some\(&peers\.(\w+)\)'
    routes = re.findall(arm, (SERVER / "gateway.rs").read_text())
    return {part: role for parts, role in routes for part in re.findall(r'"([\w-]+)"', parts)}


def operations_of_adapter():
    """The operations of DynamoDB that the adapter calls."""
    source = "".join(path.read_text() for path in (ROOT / "crates/turnout-store-dynamodb/src").glob("*.rs"))
    words = r"\.(batch_get_item|batch_write_item|get_item|put_item|update_item|delete_item|query|scan|describe_table)\(\)"
    return {"".join(word.title() for word in name.split("_")) for name in re.findall(words, source)}
