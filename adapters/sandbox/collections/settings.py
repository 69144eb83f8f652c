"""Technicians and business units."""

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import CHANGES, IDS, beyond, many, part
from adapters.sandbox.reading import MOST_IDS
from adapters.sandbox.rows import NOW, nothing

TECHNICIANS = Collection(
    name="technicians",
    module="settings",
    path="technicians",
    sorting=(),
    filters=(IDS, many("userIds", "userId", MOST_IDS), part("name", "name"), *CHANGES),
    defaults={
        "id": 0,
        "userId": 0,
        "name": "Unnamed Technician",
        "roleIds": [],
        **nothing("businessUnitId", "mainZoneId"),
        "zoneIds": [],
        "createdOn": NOW,
        "modifiedOn": NOW,
        **nothing("email", "phoneNumber", "loginName", "home"),
        "dailyGoal": 0.0,
        "isManagedTech": True,
        "licenseType": "ManagedTech",
        "customFields": [],
        "active": True,
        "aadUserId": None,
        "burdenRate": 0.0,
        **nothing("team", "jobFilter"),
        "permissions": [],
        "accountLocked": False,
        "commissionRate": 0.0,
        **nothing("currentValue", "firstName", "lastName"),
        "hourlyRate": 0.0,
        **nothing("jobId", "mobilePhone", "outboundCallerId", "payrollId", "payrollProfileId"),
        **nothing("appoitmentId", "shiftStart", "shiftEnd"),
        "soldByRate": 0.0,
        "startDate": None,
        "status": "Idle",
        "skills": [],
        "positions": [],
        **nothing("location", "bio", "memo"),
    },
)

BUSINESS_UNITS = Collection(
    name="business-units",
    module="settings",
    path="business-units",
    sorting=(),
    filters=(IDS, part("name", "name"), *CHANGES, *beyond("externalDataApplicationGuid")),
    defaults={
        "id": 0,
        "active": True,
        "name": "Unnamed Unit",
        **nothing("officialName", "email", "currency", "phoneNumber", "invoiceHeader"),
        **nothing("invoiceMessage", "defaultTaxRate", "authorizationParagraph"),
        **nothing("acknowledgementParagraph", "address", "materialSku", "quickbooksClass"),
        **nothing("accountCode", "franchiseId", "conceptCode", "corporateContractNumber"),
        **nothing("trade", "division"),
        "tagTypeIds": [],
        "tenant": None,
        "createdOn": NOW,
        "modifiedOn": NOW,
        "externalData": [],
        "certifiedSentriconSpecialistCode": None,
    },
)
