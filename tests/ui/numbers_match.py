#!/usr/bin/python3
"""The numbers that the window says aloud are those that the command line computes.

usage: numbers_match.py WINDOW_PROGRAM COMMAND_LINE_PROGRAM MODEL

Drives the real program by the names of its controls: asks, freezes on some tokens, reads the descriptions of the
attention map and of the state lanes. Then mixscope-cli writes the same reply (same seed) and evaluates its tokens.
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

QUESTION = "Tell me a story about a fox named Pip."
TOKENS = [20, 47, 60]  # frozen on, one after the other
ATTENTION_LAYER, STATE_LAYER, HEAD = 3, 0, 0  # what the window focuses first
ROUNDING = 0.0051  # weights are said with two digits
BF16_AND_ORDER = 2e-3  # prefill in one call against token by token


def drive(program, folder):
    """What the program says of itself: (text of the transcript, descriptions by token)."""
    lines = ['wait Prompt 20', 'has Status "tiny-hybrid-13m" 20', "value Pace 11", f'fill Prompt "{QUESTION}"',
             "key Return", 'has Transcript "tiny-hybrid-13m" 10', 'has Status "ready" 60', "text Transcript"]
    for token in TOKENS:
        lines += [f"value Timeline {token}", "sleep 1", 'describe "Attention map"', 'describe "State lanes"']
    environment = dict(os.environ, XDG_CONFIG_HOME=f"{folder}/config", XDG_DATA_HOME=f"{folder}/data")
    driver = os.path.join(os.path.dirname(__file__), "..", "support", "drive.py")
    run = subprocess.run(["/usr/bin/python3", driver, "--size", "1600x1000", "--seconds", "360", "--", program],
                         input="\n".join(lines), text=True, capture_output=True, env=environment, cwd=folder)
    print(run.stdout)
    if run.returncode != 0:
        sys.exit("the program could not be driven: " + run.stderr[-500:])
    return run.stdout


def read_safetensors(path):
    """{name: (shape, floats)} of a file of f32 arrays."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    out = {}
    for name, info in header.items():
        if name == "__metadata__" or info["dtype"] != "F32":
            continue
        begin, end = info["data_offsets"]
        out[name] = (info["shape"], struct.unpack(f"<{(end - begin) // 4}f", data[begin:end]))
    return out


def cli(program, *words):
    return subprocess.run([program, *words], check=True, text=True, capture_output=True).stdout


def main(window, command_line, model):
    with tempfile.TemporaryDirectory() as folder:
        said = drive(window, folder)
        reply = json.loads(cli(command_line, "generate", model, "--chat", QUESTION, "--seed", "1", "--json"))
        ids = reply["prompt_ids"] + reply["ids"]
        out = os.path.join(folder, "eval.safetensors")
        cli(command_line, "eval", model, "--ids", ",".join(map(str, ids)), "--out", out, "--probes",
            "attention,state_norm,state_change")
        arrays = read_safetensors(out)

    failures = []
    if reply["text"].strip()[:60] not in said:
        failures.append("the window wrote another reply than the command line: " + reply["text"][:60])

    shape, weights = arrays[f"attention.{ATTENTION_LAYER}"]  # [head, query, key]
    looks = re.findall(rf"Attention map, layer {ATTENTION_LAYER}, head {HEAD},.*?token (\d+) '.*?': (.*)", said)
    if [int(token) for token, _ in looks] != TOKENS:
        failures.append(f"descriptions of the map for tokens {TOKENS} were wanted, found {looks}")
    compared = 0
    for token, words in looks:
        for weight, key in re.findall(r"(\d\.\d\d) on (\d+)", words):
            there = weights[(HEAD * shape[1] + int(token)) * shape[2] + int(key)]
            compared += 1
            if abs(float(weight) - there) > ROUNDING + BF16_AND_ORDER:
                failures.append(f"token {token} on {key}: the window says {weight}, the command line {there:.4f}")

    states = re.findall(rf"State lanes, layer {STATE_LAYER}, head {HEAD}: norm ([\d.e-]+), change ([\d.e-]+)"
                        r" at token (\d+)", said)
    if [int(token) for _, _, token in states] != TOKENS:
        failures.append(f"descriptions of the state for tokens {TOKENS} were wanted, found {states}")
    for norm, change, token in states:
        for name, number in (("state_norm", norm), ("state_change", change)):
            size, values = arrays[f"{name}.{STATE_LAYER}"]  # [token, head]
            there = values[int(token) * size[1] + HEAD]
            compared += 1
            if abs(float(number) - there) > 0.01 * abs(there) + 1e-4:
                failures.append(f"{name} at token {token}: the window says {number}, the command line {there:.5g}")

    print(f"{compared} numbers compared")
    if compared < 5 * len(TOKENS) - 3:
        failures.append("too few numbers were found")
    for failure in failures:
        print("FAIL", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
