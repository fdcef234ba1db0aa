"""One process with everything a diagram shows, read by the real loader."""

from supplier_quality.engine.definitions.kinds import load_rule_file
from supplier_quality.engine.definitions.model import Process

TEXT = """
format: 1
workflow: sample_release
version: 1
title: {en: "Sample <release> & approval", zh: 样件放行}
facts:
  lot: {until: date, size: int}
initial: draft
states:
  draft: {label: {en: Draft, zh: 草稿}}
  review: {label: {en: Customer review, zh: 顾客评审}, who: {en: Supplier quality decides, zh: 由供应商质量部门决定}}
  held: {label: {en: On hold, zh: 冻结}, tone: held}
  end: {label: {en: "Done: \\"closed\\"", zh: 已关闭}, final: true, tone: good}
actions:
  - {id: submit, label: {en: Submit, zh: 提交}, from: draft, to: review, by: supplier}
  - {id: return, label: {en: Return, zh: 退回}, from: review, to: draft, by: sqe}
  - {id: comment, label: {en: Comment, zh: 评论}, from: review, by: [sqe, supplier]}
  - id: approve
    label: {en: Approve; release, zh: 批准}
    from: [review, held]
    to: end
    by: [quality_manager, sqe]
    sign: {en: I release this lot, zh: 本人放行该批}
    form: {note: {type: text, required: true, label: {en: Note, zh: 备注}}}
    require: [{id: some, when: lot.size > 0, else: {en: The lot is empty, zh: 该批为空}}]
    effects: [mail.lot_released]
  - {id: hold, label: {en: Hold, zh: 冻结}, from: review, to: held, by: [sqe, system]}
  - {id: release, label: {en: Release, zh: 放行}, from: held, to: review, by: sqe}
  - {id: reject, label: {en: Reject, zh: 拒收}, from: review, to: end, by: sqe}
timers:
  - {id: slow, in: review, after: P5D, calendar: business, effect: escalate, to: quality_manager, repeat: P2D, max: 3}
  - {id: ahead, in: held, at: lot.until, before: [P30D, P1D], effect: mail.lot_reminder}
  - {id: over, in: review, at: lot.until, fire: hold}
"""


def sample_release() -> Process:
    process = load_rule_file(TEXT, file="sample_release.yaml").content
    assert isinstance(process, Process)
    return process
