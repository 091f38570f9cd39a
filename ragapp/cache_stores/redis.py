"""A cache store on a Redis (6.2 or later) or Valkey server, shared by many ragapp servers.

Each entry is a hash with an absolute expiry of its own. Beside them stand a stream of the questions' bits,
which every process's mirror follows, a sorted set of when entries were last used, and, by their expiry, sets
of all and of each collection and cited document. These may name some that are gone; a fetch finds out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from ragapp.cache_stores.serialization import SCHEMA, Payload
from ragapp.cache_stores.similarity import SimilarityIndex, cosine, sign_bits
from ragapp.errors import StorageError, UsageError
from ragapp.types import CacheEntry, CacheUsage, Vectors

_CAUGHT_UP_AT_ONCE = 5_000
"""Questions that a look-up reads into the mirror at most: bounds the wait of a process's first ones."""

_REMOVED_AT_ONCE = 1_000
_SAMPLE = 20

_PREFIX = f"ragapp:cache:{SCHEMA}:"
_LOG, _USED, _EXPIRY, _COUNTS = (f"{_PREFIX}{name}" for name in ("log", "used", "expiry", "counts"))

# The set lasts as long as the last of its entries, which need not be the newest.
_JOIN = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], math.floor(last[2] * 1000))
"""

# Compares and acts in one step, as the owner may have lost its claim meanwhile.
_CLAIM = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class RedisCacheStore:
    """A CacheStore on a server. Safe for many threads and processes."""

    def __init__(
        self, url: str, max_entries: int, timeout: float, now: Callable[[], float] = time.time
    ) -> None:
        """`timeout` in seconds bounds each wait for the server. Connects on first use. Raises UsageError."""
        try:
            # Fails fast: no waiting and no second attempt.
            # Any: the client's own types are unions of every kind of reply.
            self._redis: Any = Redis.from_url(
                url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0)
            )
            pool = self._redis.connection_pool
            pool.connection_class(**pool.connection_kwargs)  # knows which options there are
        except (TypeError, ValueError, RedisError):
            raise UsageError(
                "RAGAPP_REDIS_URL is not a URL like redis://:PASSWORD@HOST:6379/0, or it has an unknown "
                "option. Encode /, ? and # in a password as %2F, %3F and %23."
            ) from None  # the client's message may contain a part of the password
        self.name = _without_credentials(url)
        self._max_entries = max_entries
        self._now = now
        self._payload = Payload()
        self._mirror = SimilarityIndex(room=2 * max_entries)
        self._mirrored = b"0"
        self._timeout = timeout
        self._lock = Lock()

    def get(self, entry_id: str) -> CacheEntry | None:
        with self._talking():
            payload = self._redis.hget(_entry(entry_id), "payload")
        return self._live(entry_id, payload)

    def nearest(self, partition: str, vector: Vectors, k: int) -> list[tuple[CacheEntry, float]]:
        if not self._lock.acquire(timeout=self._timeout):
            return []  # another thread waits for a hanging server; this one waits no longer than that
        try:
            with self._talking():
                self._catch_up()
                return self._mirror.similar(partition, vector, k, lambda ids: self._compared(ids, vector))
        finally:
            self._lock.release()

    def put(self, entry: CacheEntry, vector: Vectors) -> None:
        vector_bytes = vector.astype("<f4").tobytes()
        ends = int(entry.expires_at * 1000)
        groups = [_collection(entry.collection), *map(_document, entry.documents)]
        log = {"id": entry.id, "partition": entry.partition, "bits": sign_bits(vector).tobytes()}
        with self._talking():
            pipe = self._redis.pipeline(transaction=True)
            pipe.hset(
                _entry(entry.id), mapping={"payload": self._payload.encode(entry), "vector": vector_bytes}
            )
            pipe.pexpireat(_entry(entry.id), ends)
            for group in groups:
                pipe.eval(_JOIN, 1, group, self._now(), entry.expires_at, entry.id)
            pipe.zadd(_USED, {entry.id: self._now()})
            pipe.zadd(_EXPIRY, {entry.id: entry.expires_at})
            pipe.xadd(_LOG, log, maxlen=self._max_entries, approximate=True)
            pipe.pexpireat(_LOG, ends)
            pipe.zcard(_USED)
            *_, count = pipe.execute()
            if count > self._max_entries:
                self._drop(self._expired() or self._redis.zrange(_USED, 0, count - self._max_entries - 1))

    def note(self, counts: Mapping[str, float], used: str | None = None) -> None:
        with self._talking():
            pipe = self._redis.pipeline(transaction=False)
            for name, value in counts.items():
                pipe.hincrbyfloat(_COUNTS, name, value)
            if used is not None:
                pipe.zadd(_USED, {used: self._now()}, xx=True)
            pipe.execute()

    def remove(self, entry_ids: Iterable[str]) -> None:
        with self._talking():
            self._drop(entry_ids)

    def clear(self, *, collection: str | None = None, document: str | None = None) -> int:
        with self._talking():
            if collection is None and document is None:
                return self._clear_all()
            group = _document(document) if document is not None else _collection(collection or "")
            removed = self._drop(self._redis.zrange(group, 0, -1))
            self._redis.delete(group)
            return removed

    def claim(self, entry_id: str, owner: str, seconds: float) -> bool:
        with self._talking():
            return bool(self._redis.eval(_CLAIM, 1, _claim(entry_id), owner, int(seconds * 1000)))

    def release(self, entry_id: str, owner: str) -> None:
        with self._talking():
            self._redis.eval(_RELEASE, 1, _claim(entry_id), owner)

    def counts(self) -> Mapping[str, float]:
        with self._talking():
            return {name.decode(): float(value) for name, value in self._redis.hgetall(_COUNTS).items()}

    def usage(self) -> CacheUsage:
        """The number and size of the entries. The size is estimated from a sample. Entries that the server
        has evicted still count.
        """
        with self._talking():
            self._drop(self._expired())
            entries = self._redis.zcard(_EXPIRY)
            ends = [*self._redis.zrange(_EXPIRY, 0, 0), *self._redis.zrange(_EXPIRY, -1, -1)]
            sample = self._fetch([member.decode() for member in self._redis.zrandmember(_EXPIRY, _SAMPLE)])
            times = [entry.created_at for member in ends if (entry := self.get(member.decode()))]
        sizes = [len(payload) + len(vector) for payload, vector in sample.values()]
        size = round(entries * sum(sizes) / len(sizes)) if sizes else 0
        return CacheUsage(entries, size, min(times, default=None), max(times, default=None))

    def close(self) -> None:
        self._redis.close()

    def _live(self, entry_id: str, payload: bytes | None) -> CacheEntry | None:
        entry = self._payload.decode(entry_id, payload) if payload is not None else None
        return entry if entry and entry.lives(self._now()) else None

    def _compared(self, ids: list[str], vector: Vectors) -> dict[str, tuple[CacheEntry, float]]:
        return {
            entry_id: (entry, similarity)
            for entry_id, (payload, vector_bytes) in self._fetch(ids).items()
            if (entry := self._live(entry_id, payload))
            and (similarity := cosine(vector_bytes, vector)) is not None
        }

    def _catch_up(self) -> None:
        news = self._redis.xread({_LOG: self._mirrored}, count=_CAUGHT_UP_AT_ONCE)
        for place, fields in news[0][1] if news else ():
            if fields.keys() >= {b"partition", b"id", b"bits"}:  # otherwise it was written by another program
                partition, entry_id = (
                    fields[name].decode(errors="replace") for name in (b"partition", b"id")
                )
                self._mirror.put(partition, entry_id, fields[b"bits"])
            self._mirrored = place

    def _fetch(self, ids: list[str]) -> dict[str, tuple[bytes, bytes]]:
        pipe = self._redis.pipeline(transaction=False)
        for entry_id in ids:
            pipe.hmget(_entry(entry_id), "payload", "vector")
        rows = zip(ids, pipe.execute(), strict=True)
        return {entry_id: (payload, vector) for entry_id, (payload, vector) in rows if payload and vector}

    def _expired(self) -> list[bytes]:
        members: list[bytes] = self._redis.zrange(
            _EXPIRY, "-inf", self._now(), byscore=True, offset=0, num=_REMOVED_AT_ONCE
        )
        return members

    def _drop(self, members: Iterable[bytes | str]) -> int:
        """Removes entries in steps that stay far below the timeout; returns how many there were."""
        left = [member.decode() if isinstance(member, bytes) else member for member in members]
        removed = 0
        for at in range(0, len(left), _REMOVED_AT_ONCE):
            ids = left[at : at + _REMOVED_AT_ONCE]
            pipe = self._redis.pipeline(transaction=False)
            pipe.unlink(*map(_entry, ids))
            pipe.zrem(_USED, *ids)
            pipe.zrem(_EXPIRY, *ids)
            removed += pipe.execute()[0]
        return removed

    def _clear_all(self) -> int:
        removed = 0
        while members := self._redis.zrange(_EXPIRY, 0, _REMOVED_AT_ONCE - 1):
            removed += self._drop(members)
        self._redis.unlink(_LOG, _USED, _COUNTS)
        return removed

    @contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            raise StorageError(f"The cache at {self.name} cannot be used: {error}.") from error


def _entry(entry_id: str) -> str:
    return f"{_PREFIX}entry:{entry_id}"


def _claim(entry_id: str) -> str:
    return f"{_PREFIX}claim:{entry_id}"


def _collection(name: str) -> str:
    return f"{_PREFIX}collection:{name}"


def _document(document_id: str) -> str:
    return f"{_PREFIX}document:{document_id}"


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
