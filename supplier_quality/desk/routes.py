"""The pages of the desk."""

from supplier_quality.desk import (
    account,
    blocked_page,
    findable,
    incident_pages,
    mail_pages,
    migration_page,
    my_work_page,
    settings_page,
    sign_in,
    trail_pages,
    users,
    what_if_page,
    wordings,
    workflow_pages,
)

wordings.register()
findable.register()

blueprints = (
    sign_in.blueprint,
    my_work_page.blueprint,
    blocked_page.blueprint,
    workflow_pages.blueprint,
    what_if_page.blueprint,
    migration_page.blueprint,
    trail_pages.blueprint,
    incident_pages.blueprint,
    mail_pages.blueprint,
    account.blueprint,
    users.blueprint,
    settings_page.blueprint,
)
