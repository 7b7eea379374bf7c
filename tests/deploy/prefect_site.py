"""A site as deploy/ describes it, on this machine: PostgreSQL, S3, a vendor's stand-in, Prefect, workers."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import yaml
from command_line import end_processes_of, private_environment
from servers import PASSWORD, S3, CannotStart, Postgres, Redis, free_port, postgres, redis, s3

from tasks.stand_in import Desk, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyarrow import fs

REPOSITORY = Path(__file__).parents[2]
USER, SECRET = "operator", "hush-4711"
POOL, BUCKET = "callarchive", "calls"
WORKERS = ("one", "two")
IN_FLIGHT, LATENCY_S, LEASE_S = 4, 0.3, 6
HEARTBEAT_S, UNHEARD_S = 30, 90
_REDIS = re.compile("REDIS|MESSAGING|ORDERING|DOCKET")
_OVER = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_OF_THE_SITE = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_API_AUTH_STRING": f"{USER}:{SECRET}",
    "CALLARCHIVE_ENGINE": "deepgram",
    "CALLARCHIVE_QUOTE": "false",
    "CALLARCHIVE_MAX_USD_PER_MONTH": "1000",
    "CALLARCHIVE_LOG_FORMAT": "json",
    "PGPASSWORD": PASSWORD,
}
_QUICKER = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "CALLARCHIVE_REQUESTS_AT_ONCE": str(IN_FLIGHT),
    "CALLARCHIVE_RECORDINGS_AT_ONCE": "2",
    "CALLARCHIVE_BATCH_SIZE": "4",
    "CALLARCHIVE_LEASE_S": str(LEASE_S),
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S),
}
"""Than deploy/ has it: nights are short here."""


@dataclass
class Site:
    """Everything that runs, each part of which a test may end."""

    home: Path
    database: Postgres
    store: S3
    bucket: fs.FileSystem
    stand_in: StandIn
    redis: Redis | None
    """None where it is not installed; Prefect's server does without then."""
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    deployment: str = ""

    @property
    def desk(self) -> Desk:
        """What the vendor was asked."""
        return self.stand_in.desk

    def start_server(self) -> None:
        """Prefect's server on PostgreSQL, behind a password, with the settings of deploy/compose.yaml."""
        address = self.database.url("prefect").replace(
            "postgresql://lake@", f"postgresql+asyncpg://lake:{PASSWORD}@"
        )
        order = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port)]
        settings = _server_settings(self.redis)
        self._start("server", order, **settings, PREFECT_API_DATABASE_CONNECTION_URL=address)
        self.wait_until(self._is_healthy, "Prefect's server does not start")

    def start_worker(self, name: str, **settings: str) -> None:
        """A worker of the pool, which runs one flow at a time."""
        order = ["callarchive", "worker", "--pool", POOL, "--name", name, "--limit", "1"]
        self._start(name, order, **self._environment | settings)

    @contextmanager
    def workers_with(self, **settings: str) -> Iterator[None]:
        """Both workers have these settings meanwhile; afterwards there are none."""
        for name in [name for name in WORKERS if name in self.processes]:
            self.kill(name)
        for name in WORKERS:
            self.start_worker(name, **settings)
        yield
        for name in WORKERS:
            self.kill(name)

    def said(self, name: str) -> str:
        """The log of a process."""
        return (self.home / name / "log").read_text()

    def deploy(self) -> None:
        """The pool and the nightly deployment, by the commands of deploy/README.md."""
        self._prefect("work-pool", "create", POOL, "--type", "process")
        self._prefect("--no-prompt", "deploy", "--name", "nightly", "--prefect-file", "deploy/prefect.yaml")
        self.deployment = self.ask("GET", "deployments/name/ingest/nightly")["id"]

    @contextmanager
    def watching_runs(self) -> Iterator[None]:
        """The automation that ends dead runs is there meanwhile, less patient than deploy/ has it."""
        listed = yaml.safe_load((REPOSITORY / "deploy" / "automations.yaml").read_text())["automations"]
        (one,) = (one for one in listed if one["name"] == "callarchive run gone")
        one["trigger"]["within"] = UNHEARD_S
        made = self.ask("POST", "automations/", **one)
        yield
        self.ask("DELETE", f"automations/{made['id']}")

    def start_night(self, source: str, lake: str) -> str:
        """The id of a new run of the deployment, which the next free worker takes."""
        asked = {"parameters": {"source": source, "lake": lake}}
        run: str = self.ask("POST", f"deployments/{self.deployment}/create_flow_run", **asked)["id"]
        return run

    def end_of(self, run: str) -> tuple[str, dict[str, int]]:
        """How Prefect says that a run has ended, once it has; and what it counted."""
        state: dict[str, Any] = {}

        def is_over() -> bool:
            state.update(self.ask("GET", f"flow_runs/{run}")["state"])
            return state["type"] in _OVER

        self.wait_until(is_over, f"no run ends: {state}", 400)
        return state["name"], {what: int(n) for n, what in re.findall(r"(\d+) (\w+)", state["message"] or "")}

    def summary_of(self, run: str) -> str:
        """The page that a run leaves in Prefect."""
        pages = self.ask("POST", "artifacts/filter", artifacts={"flow_run_id": {"any_": [run]}})
        return "".join(page["data"] for page in pages)

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """What Prefect's API says."""
        with httpx.Client(base_url=self._api, auth=(USER, SECRET), timeout=30) as client:
            said = client.request(method, path, json=content or None).raise_for_status()
            return said.json() if said.content else None

    def kill(self, name: str) -> None:
        """Kill -9 of a process and of all that it has started."""
        end_processes_of(self.home / name)
        self.processes.pop(name).wait()

    def terminate(self, name: str) -> int:
        """SIGTERM to a process alone, as a container's first one gets it; its exit code."""
        self.processes[name].send_signal(signal.SIGTERM)
        return self.processes.pop(name).wait(300)

    def wait_until(self, ready: Callable[[], Any], otherwise: str, within_s: float = 240) -> None:
        """Return when something is so."""
        end = time.monotonic() + within_s
        while not ready():
            assert time.monotonic() < end, otherwise
            time.sleep(0.1)

    @property
    def _api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **_OF_THE_SITE,
            **_QUICKER,
            **self.store.environment,
            "PREFECT_API_URL": self._api,
            "CALLARCHIVE_KEY_FILE": str(self.home / "keys.json"),
            "CALLARCHIVE_ENGINE_URL": self.stand_in.base_url("deepgram"),
            "DEEPGRAM_API_KEY": self.stand_in.key,
            "CALLARCHIVE_HOME": str(REPOSITORY),
            "CALLARCHIVE_SOURCE": f"s3://{BUCKET}/nothing",
            "CALLARCHIVE_LAKE": "nowhere",
        }

    def _is_healthy(self) -> bool:
        try:
            return bool(self.ask("GET", "health"))
        except httpx.HTTPError:
            return False

    def _prefect(self, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "prefect", *words],
            cwd=REPOSITORY,
            env=private_environment(self.home / "operator", **self._environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _start(self, name: str, order: list[str], **settings: str) -> None:
        home = self.home / name
        environment = private_environment(home, **settings)
        with (home / "log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [str(Path(sys.executable).with_name(order[0])), *order[1:]],
                cwd=home,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@contextmanager
def running_site(home: Path, set_variable: Callable[[str, str], None]) -> Iterator[Site]:
    """All of it, with its workers, with Redis where it is; this process's variables are set for its stores.

    Raises:
        CannotStart: PostgreSQL or the S3 server is not to be had here.
    """
    with ExitStack() as stack:
        database, store = stack.enter_context(postgres()), stack.enter_context(s3())
        for name, value in (store.environment | {"PGPASSWORD": PASSWORD}).items():
            set_variable(name, value)
        stand_in = stack.enter_context(StandIn(Desk()))
        site = Site(home, database, store, store.bucket(BUCKET), stand_in, _redis_in(stack))
        stack.callback(lambda: [site.kill(name) for name in list(site.processes)])
        database.sql("create database prefect")
        site.start_server()
        site.deploy()
        for name in WORKERS:
            site.start_worker(name)
        yield site


def _redis_in(stack: ExitStack) -> Redis | None:
    with suppress(CannotStart):
        return stack.enter_context(redis())
    return None


def _server_settings(here: Redis | None) -> dict[str, str]:
    """Those of deploy/compose.yaml; without Redis those that need none."""
    compose = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())
    stated = compose["services"]["prefect-server"]["environment"]
    if here:
        stated = {name: here.url(value) for name, value in stated.items()}
    else:
        stated = {name: value for name, value in stated.items() if not _REDIS.search(name)}
    plain = {name: value for name, value in stated.items() if "${" not in value}
    return plain | {"PREFECT_SERVER_API_AUTH_STRING": f"{USER}:{SECRET}"}
