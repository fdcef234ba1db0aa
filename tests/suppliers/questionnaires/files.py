"""A short questionnaire that has everything: every type, both sections weighted, conditions, knock-outs."""

from typing import Any

from supplier_quality.engine.definitions import RuleFile, load_rule_file
from supplier_quality.suppliers.questionnaires import kind
from supplier_quality.suppliers.questionnaires.answers import read_answer, read_reason
from supplier_quality.suppliers.questionnaires.definition import Answer, Content

SHORT = """\
format: 1
questionnaire: short
version: 1
title: {en: Short one, zh: 简表}
sections:
  - id: system
    title: {en: System, zh: 体系}
    weight: 3
    questions:
      - {id: certified, type: yes_no, text: {en: Certified?, zh: 已认证？}, points: {yes: 10, no: 0}, knock_out: no, weight: 2}
      - id: standard
        type: choice
        text: {en: Which standard?, zh: 哪项标准？}
        when: "certified"
        choices:
          iatf: {label: {en: IATF 16949, zh: IATF 16949}, points: 10}
          iso: {label: {en: ISO 9001, zh: ISO 9001}, points: 7}
      - {id: proof, type: file, text: {en: The certificate, zh: 证书}, when: "standard == 'iatf'"}
      - id: methods
        type: choices
        text: {en: Which methods?, zh: 哪些方法？}
        points: 3
        choices:
          pfmea: {label: {en: PFMEA, zh: 过程FMEA}, points: 2}
          spc: {label: {en: Control charts, zh: 控制图}, points: 2}
  - id: figures
    title: {en: Figures, zh: 数据}
    weight: 1
    questions:
      - id: ppm
        type: number
        text: {en: Nonconforming parts, zh: 不合格品}
        unit: {en: PPM, zh: PPM}
        min: 0
        knock_out: {above: 5000}
        not_applicable: true
        points: [{at_most: 50, points: 10}, {at_most: 500.5, points: 5}]
      - {id: tested_on, type: date, text: {en: Plan tested on, zh: 演练日期}, required: false}
      - {id: remarks, type: text, text: {en: Remarks, zh: 备注}, required: false}
"""
PROOF = "sha256:" + "0" * 64 + " certificate.pdf"


def load(text: str = SHORT) -> RuleFile:
    """The rule file. Raises RuleFileErrors."""
    assert kind.KIND.name == "questionnaire"
    return load_rule_file(text, file="short.yaml")


def content(text: str = SHORT) -> Content:
    found: Content = load(text).content
    return found


def given(of: Content, **typed: Any) -> dict[str, Answer]:
    """Answers as people type them; ``na=...`` in a tuple says why a question does not apply."""
    answers = {}
    for name, value in typed.items():
        read = read_reason(of.by_id[name], value[1]) if isinstance(value, tuple) else read_answer(of.by_id[name], value)
        assert read[1] is None, f"{name}: {read[1]}"
        answers[name] = read[0]
    return answers
