"""The group of processes over gloo: sums, sums that go on meanwhile, and parts."""

import multiprocessing
import socket

import torch
import torch.distributed as dist

from spanbert.training.workers import ProcessGroup


def member(rank, port, results):
    store = dist.TCPStore("127.0.0.1", port, 2, is_master=rank == 0)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=2)
    workers = ProcessGroup(torch.device("cpu"))
    total, later = torch.tensor([rank + 1.0]), torch.arange(5.0) * (rank + 1)
    workers.sum(total)
    wait = workers.start_sum(later)
    wait()
    whole = torch.full((6,), -1.0)
    whole.view(2, 3)[rank] = torch.arange(3.0) + 10 * rank
    workers.gather(whole)
    results.put(
        (rank, workers.rank, workers.world_size, *(t.tolist() for t in (total, later, whole)))
    )
    dist.barrier()
    dist.destroy_process_group()


def test_two_processes_add_and_gather():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [context.Process(target=member, args=(r, port, results)) for r in range(2)]
    for process in processes:
        process.start()
    found = sorted(results.get(timeout=120) for _ in processes)
    for process in processes:
        process.join(timeout=60)
    for rank, result in enumerate(found):
        assert result == (rank, rank, 2, [3.0], [0, 3, 6, 9, 12], [0, 1, 2, 10, 11, 12])
