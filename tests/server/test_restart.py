"""Starting, stopping, dying: what an operator meets, and what is left behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.server.desk import Desk, hire
from tests.server.resting import incoming
from tests.server.running import Server, Spot, free_port, granian, until
from tests.server.speaking import API, Wire, picture

SECONDS = 15.0  # far above what is needed, far below what somebody would call hanging


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = granian(Spot(tmp_path))
    yield running
    running.close()


def test_a_server_answers_from_what_an_earlier_one_took_in(server: Server) -> None:
    receipt = server.client.file()["receipt"]
    kept = server.client.upload(receipt, picture(5000)).must(201)
    assert server.terminate() == 0
    later = granian(server.spot)
    try:
        shown = later.client.get(f"{API}/mailbox", Authorization=f"Receipt {receipt}").must(200)
        assert [file["evidence_id"] for file in shown["evidence"]] == [kept["evidence_id"]]
    finally:
        later.close()


def test_leftovers_of_dead_processes_are_swept_at_start(server: Server) -> None:
    receipt = server.client.file()["receipt"]
    with Wire(server.port) as wire:
        wire.evidence(receipt, Content_Length="600000")
        wire.send(picture(300_000))
        until(lambda: incoming(server.spot), "the upload to begin")
        server.kill()
    assert len(incoming(server.spot)) == 1
    (server.spot.data / "incoming" / f"{uuid4().hex}.part").write_bytes(b"half")
    later = granian(server.spot)
    try:
        assert incoming(server.spot) == []
        assert "Swept 2 leftovers" in server.spot.log.read_text()
        assert later.client.get(f"{API}/mailbox", Authorization=f"Receipt {receipt}").must(200)["evidence"] == []
    finally:
        later.close()


def test_a_second_server_on_the_same_port_is_told_so_in_one_sentence(server: Server) -> None:
    refused = server.spot.command("serve", "--port", str(server.port))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"Cannot listen on 127.0.0.1, port {server.port}: ")
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""
    assert server.client.get("/healthz").status == 200


def test_a_host_that_is_not_ours_is_refused_in_one_sentence(tmp_path: Path) -> None:
    refused = Spot(tmp_path).command("serve", "--host", "192.0.2.1", "--port", str(free_port()))
    assert refused.returncode == 2
    assert refused.stderr.startswith("Cannot listen on 192.0.2.1")
    assert refused.stderr.count("\n") == 1
    assert not Spot(tmp_path).data.exists()


def test_an_operator_who_says_stop_is_left_with_no_process(server: Server) -> None:
    until(server.worker, "the worker")
    assert len(server.members()) == 4  # the keeper, two server processes, the worker
    assert server.terminate() == 0
    until(lambda: not server.members(), "every process to be gone", SECONDS)


def test_a_stalled_upload_does_not_keep_the_server_from_stopping(server: Server) -> None:
    receipt = server.client.file()["receipt"]
    with Wire(server.port) as wire:
        wire.evidence(receipt, Content_Length="600000")
        wire.send(picture(300_000))
        until(lambda: incoming(server.spot), "the upload to begin")
        server.process.send_signal(signal.SIGTERM)
        until(lambda: not server.members(), "every process to be gone", SECONDS)


def test_nothing_outlives_a_keeper_that_was_killed(server: Server) -> None:
    """Orphans would hold the port and go on taking in complaints that no worker sorts."""
    receipt = server.client.file()["receipt"]
    with Wire(server.port) as wire:
        wire.evidence(receipt, Content_Length="600000")
        wire.send(picture(300_000))
        until(lambda: incoming(server.spot), "the upload to begin")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        until(lambda: not server.members(), "every orphan to be gone", SECONDS)
    later = granian(server.spot, server.port)
    later.close()


def test_a_worker_that_dies_is_replaced(server: Server) -> None:
    desk = Desk(server.client, hire(server.spot))
    first = until(server.worker, "the worker")
    os.kill(first, signal.SIGKILL)
    server.client.file()
    assert desk.sorted_cases(1)
    assert server.worker() not in {None, first}
