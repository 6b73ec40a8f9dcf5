"""The machine that a figure was measured on, as far as speed depends on it."""

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

FLAGS = ("amx_bf16", "amx_int8", "avx512_bf16", "avx512_vnni")
VERSIONS = ("torch", "sentence-transformers", "onnxruntime", "chromadb")


def machine() -> dict[str, Any]:
    """Processor, cores, flags, memory, versions, and how busy it is; no library is imported."""
    cpu = _cpuinfo()
    return {
        "cpu": cpu.get("model name", platform.processor() or platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "flags": [flag for flag in FLAGS if flag in cpu.get("flags", "").split()],
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "gpu": _gpu(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in VERSIONS},
        "load": round(os.getloadavg()[0], 2),
    }


def in_words(known: dict[str, Any]) -> str:
    """One line about a machine; the load is left out, as it changes from minute to minute."""
    flags = ", ".join(known["flags"]) or "no AMX, no AVX512-BF16"
    parts = [
        f"{known['cores']} cores of {known['cpu']} ({flags})",
        f"{known['memory_gib']} GiB",
        known["gpu"] or "no GPU",
        known["system"],
        f"Python {known['python']}",
        *(f"{name} {version}" for name, version in known["versions"].items()),
    ]
    return ", ".join(parts)


def has_bf16(known: dict[str, Any]) -> bool:
    """Whether the processor multiplies bf16 natively."""
    return bool({"amx_bf16", "avx512_bf16"} & set(known["flags"]))


def _cpuinfo() -> dict[str, str]:
    """The first processor of /proc/cpuinfo."""
    try:
        first = Path("/proc/cpuinfo").read_text("utf-8").split("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _gpu() -> str | None:
    """The first NVIDIA GPU's name, from its driver."""
    for path in Path("/proc/driver/nvidia/gpus").glob("*/information"):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("Model:"):
                return line.removeprefix("Model:").strip()
    return None
