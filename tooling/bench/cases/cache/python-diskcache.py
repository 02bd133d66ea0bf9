"""One operation of Python's diskcache. Options: {directory, operation, bytes, milliseconds, rounds}. Prints microseconds per operation, per round."""
import json
import sys
import time

import diskcache

options = json.loads(sys.argv[1])
size, milliseconds = options["bytes"], options["milliseconds"]
cache = diskcache.Cache(options["directory"], eviction_policy="none", size_limit=2**40, tag_index=True)
keys = max(8, min(1000, 64_000_000 // size))


def key_of(index):
    return "bench:%08d" % index


values = [bytes([1]) + bytes((index + at) % 256 for at in range(255)) * (size // 255) for index in range(8)]
for index in range(keys):
    cache.set(key_of(index), values[index % 8])


def step(operation, index):
    if operation in ("hit", "getOrSet hit"):
        if cache.get(key_of(index % keys)) is None:
            raise RuntimeError("a key is missing")
        return 1
    if operation == "miss":
        cache.get("absent:%d" % index)
        return 1
    if operation == "set":
        cache.set(key_of(index % keys), values[index % 8])
        return 1
    with cache.transact():
        for at in range(64):
            cache.set(key_of((index * 64 + at) % keys), values[at % 8])
    return 64


samples = []
for turn in range(options["rounds"] + 1):
    started = time.perf_counter()
    operations = steps = 0
    while time.perf_counter() - started < milliseconds / 1000:
        operations += step(options["operation"], steps)
        steps += 1
    if turn > 0:
        samples.append((time.perf_counter() - started) * 1e6 / operations)
print(json.dumps(samples))
