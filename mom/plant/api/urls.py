from mom.core.api.router import Router
from mom.plant.api.business_partner import PartnerViewSet
from mom.plant.api.calendar import CalendarViewSet, ShiftViewSet
from mom.plant.api.document import ConfirmationViewSet, DocumentViewSet, ReaderViewSet, VersionViewSet
from mom.plant.api.equipment import EquipmentClassViewSet, EquipmentViewSet
from mom.plant.api.material import LotViewSet, MaterialClassViewSet, MaterialViewSet, SublotViewSet
from mom.plant.api.person import PersonnelClassViewSet, PersonViewSet, QualificationViewSet
from mom.plant.api.physical_asset import AssetClassViewSet, AssetViewSet
from mom.plant.api.rate import RateViewSet
from mom.plant.api.reason import ReasonViewSet

router = Router("plant")
router.register("asset-classes", AssetClassViewSet)
router.register("assets", AssetViewSet)
router.register("calendars", CalendarViewSet)
router.register("documents", DocumentViewSet)
router.register("document-readers", ReaderViewSet)
router.register("document-versions", VersionViewSet)
router.register("equipment", EquipmentViewSet)
router.register("equipment-classes", EquipmentClassViewSet)
router.register("lots", LotViewSet)
router.register("material-classes", MaterialClassViewSet)
router.register("materials", MaterialViewSet)
router.register("partners", PartnerViewSet)
router.register("people", PersonViewSet)
router.register("personnel-classes", PersonnelClassViewSet)
router.register("qualifications", QualificationViewSet)
router.register("read-confirmations", ConfirmationViewSet)
router.register("rates", RateViewSet)
router.register("reasons", ReasonViewSet)
router.register("shifts", ShiftViewSet)
router.register("sublots", SublotViewSet)
urlpatterns = router.urls
