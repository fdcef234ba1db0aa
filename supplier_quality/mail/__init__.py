"""What is sent and how: one mail to one person, at once or in the daily digest, and what happens when it reaches
nobody.
"""

from supplier_quality.mail.checks import check_settings, mail_problems
from supplier_quality.mail.correspondence import Correspondence, correspondence_of, register_correspondence
from supplier_quality.mail.enums import MailState, TaskKind
from supplier_quality.mail.models import MailMessage, OwnerTask
from supplier_quality.mail.queue import Attachment, Queued, goes_at_once, queue_mail
from supplier_quality.mail.recipients import Recipient
from supplier_quality.mail.tasks import finish_task, open_task, open_tasks, task_title

__all__ = [
    "Attachment",
    "Correspondence",
    "MailMessage",
    "MailState",
    "OwnerTask",
    "Queued",
    "Recipient",
    "TaskKind",
    "check_settings",
    "correspondence_of",
    "finish_task",
    "goes_at_once",
    "mail_problems",
    "open_task",
    "open_tasks",
    "queue_mail",
    "register_correspondence",
    "task_title",
]
