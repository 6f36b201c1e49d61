"""The hospitals of the samples: how each fills in headers, and machines that no profile names."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from yushan.domain.phantoms.headers import Device, Hospital
from yushan.domain.population import A, B

HOSPITAL_A: Final = Hospital(
    A, "示範醫院甲", "示範市示範路一號", "big5-undeclared",
    ("Hung^KuanYu", "洪冠宇"), ("Kuo^HsiuYing", "郭秀英"),
)  # fmt: skip
HOSPITAL_B: Final = Hospital(
    B, "示範醫院乙", "示範市示範路二號", "utf-8",
    ("Chiu^ChunChieh", "邱俊傑"), ("Tseng^YiChun", "曾怡君"),
)  # fmt: skip
#: Where studies on a disc came from; filed by hospital B.
ELSEWHERE: Final = replace(
    HOSPITAL_B, name="DEMO HOSPITAL C", address="DEMO ROAD 3",
    referring=("Chiu^ChunChieh", ""), operator=("Tseng^YiChun", ""),
)  # fmt: skip

CR_A: Final = Device("CR", "FUJIFILM Corporation", "FCR", "CR-ROOM3", "56112", "A08")
DX_B: Final = Device("DX", "Canon Inc.", "CXDI", "DX-ICU", "88120", "7.01")
US_B: Final = Device("US", "GE Healthcare", "LOGIQ E9", "LOGIQE9-012", "120331", "R5.1.2")
MG_B: Final = Device("MG", "HOLOGIC, Inc.", "Selenia Dimensions", "MAMMO-2", "81204", "1.9.0")
XA_B: Final = Device("XA", "SIEMENS", "Artis zee", "CATH-1", "46120", "VC21")
ECG_A: Final = Device("ECG", "FUKUDA DENSHI", "FX-8322", "ECG-2F", "10442", "V04")
OP_A: Final = Device("OP", "KOWA", "nonmyd 7", "EYE-1", "30214", "1.20")
ES_A: Final = Device("ES", "OLYMPUS", "EVIS LUCERA", "ENDO-3", "71802", "4.02")
DOC_A: Final = replace(CR_A, modality="DOC")
