/**
 * Names that a provider's package keeps for a type beside its newer one, with the same properties: a program may use
 * either.
 */
const newer: Readonly<Record<string, string>> = {
  "cloudflare:index/accessApplication:AccessApplication":
    "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication",
  "cloudflare:index/accessCaCertificate:AccessCaCertificate":
    "cloudflare:index/zeroTrustAccessShortLivedCertificate:ZeroTrustAccessShortLivedCertificate",
  "cloudflare:index/accessCustomPage:AccessCustomPage":
    "cloudflare:index/zeroTrustAccessCustomPage:ZeroTrustAccessCustomPage",
  "cloudflare:index/accessGroup:AccessGroup": "cloudflare:index/zeroTrustAccessGroup:ZeroTrustAccessGroup",
  "cloudflare:index/accessIdentityProvider:AccessIdentityProvider":
    "cloudflare:index/zeroTrustAccessIdentityProvider:ZeroTrustAccessIdentityProvider",
  "cloudflare:index/accessKeysConfiguration:AccessKeysConfiguration":
    "cloudflare:index/zeroTrustAccessKeyConfiguration:ZeroTrustAccessKeyConfiguration",
  "cloudflare:index/accessMutualTlsCertificate:AccessMutualTlsCertificate":
    "cloudflare:index/zeroTrustAccessMtlsCertificate:ZeroTrustAccessMtlsCertificate",
  "cloudflare:index/accessMutualTlsHostnameSettings:AccessMutualTlsHostnameSettings":
    "cloudflare:index/zeroTrustAccessMtlsHostnameSettings:ZeroTrustAccessMtlsHostnameSettings",
  "cloudflare:index/accessOrganization:AccessOrganization":
    "cloudflare:index/zeroTrustOrganization:ZeroTrustOrganization",
  "cloudflare:index/accessPolicy:AccessPolicy":
    "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy",
  "cloudflare:index/accessServiceToken:AccessServiceToken":
    "cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken",
  "cloudflare:index/accessTag:AccessTag": "cloudflare:index/zeroTrustAccessTag:ZeroTrustAccessTag",
  "cloudflare:index/deviceManagedNetworks:DeviceManagedNetworks":
    "cloudflare:index/zeroTrustDeviceManagedNetworks:ZeroTrustDeviceManagedNetworks",
  "cloudflare:index/devicePostureIntegration:DevicePostureIntegration":
    "cloudflare:index/zeroTrustDevicePostureIntegration:ZeroTrustDevicePostureIntegration",
  "cloudflare:index/devicePostureRule:DevicePostureRule":
    "cloudflare:index/zeroTrustDevicePostureRule:ZeroTrustDevicePostureRule",
  "cloudflare:index/dlpCustomProfile:DlpCustomProfile":
    "cloudflare:index/zeroTrustDlpCustomProfile:ZeroTrustDlpCustomProfile",
  "cloudflare:index/dlpPredefinedProfile:DlpPredefinedProfile":
    "cloudflare:index/zeroTrustDlpPredefinedProfile:ZeroTrustDlpPredefinedProfile",
  "cloudflare:index/managedHeaders:ManagedHeaders": "cloudflare:index/managedTransforms:ManagedTransforms",
  "cloudflare:index/riskBehavior:RiskBehavior":
    "cloudflare:index/zeroTrustRiskBehavior:ZeroTrustRiskBehavior",
  "cloudflare:index/staticRoute:StaticRoute": "cloudflare:index/magicWanStaticRoute:MagicWanStaticRoute",
  "cloudflare:index/teamsAccount:TeamsAccount":
    "cloudflare:index/zeroTrustGatewaySettings:ZeroTrustGatewaySettings",
  "cloudflare:index/teamsList:TeamsList": "cloudflare:index/zeroTrustList:ZeroTrustList",
  "cloudflare:index/teamsLocation:TeamsLocation":
    "cloudflare:index/zeroTrustDnsLocation:ZeroTrustDnsLocation",
  "cloudflare:index/teamsProxyEndpoint:TeamsProxyEndpoint":
    "cloudflare:index/zeroTrustGatewayProxyEndpoint:ZeroTrustGatewayProxyEndpoint",
  "cloudflare:index/teamsRule:TeamsRule": "cloudflare:index/zeroTrustGatewayPolicy:ZeroTrustGatewayPolicy",
  "cloudflare:index/tunnel:Tunnel": "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared",
  "cloudflare:index/tunnelConfig:TunnelConfig":
    "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig",
  "cloudflare:index/tunnelRoute:TunnelRoute":
    "cloudflare:index/zeroTrustTunnelCloudflaredRoute:ZeroTrustTunnelCloudflaredRoute",
  "cloudflare:index/tunnelVirtualNetwork:TunnelVirtualNetwork":
    "cloudflare:index/zeroTrustTunnelCloudflaredVirtualNetwork:ZeroTrustTunnelCloudflaredVirtualNetwork",
  "cloudflare:index/workerCronTrigger:WorkerCronTrigger":
    "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  "cloudflare:index/workerDomain:WorkerDomain": "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
  "cloudflare:index/workerScript:WorkerScript": "cloudflare:index/workersScript:WorkersScript",
  "cloudflare:index/workersForPlatformsNamespace:WorkersForPlatformsNamespace":
    "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace",
  "cloudflare:index/zeroTrustLocalFallbackDomain:ZeroTrustLocalFallbackDomain":
    "cloudflare:index/zeroTrustDeviceCustomProfileLocalDomainFallback:ZeroTrustDeviceCustomProfileLocalDomainFallback",
  "grafana:alerting/alertEnrichment:AlertEnrichment":
    "grafana:alerting/v1beta1/alertEnrichment:AlertEnrichment",
  "grafana:alerting/alertRuleV0Alpha1:AlertRuleV0Alpha1": "grafana:alerting/v0alpha1/alertRule:AlertRule",
  "grafana:alerting/recordingRuleV0Alpha1:RecordingRuleV0Alpha1":
    "grafana:alerting/v0alpha1/recordingRule:RecordingRule",
  "grafana:cloud/productActivationAppO11yConfigV1Alpha1:ProductActivationAppO11yConfigV1Alpha1":
    "grafana:cloud/v1alpha1/productActivationAppO11yConfig:ProductActivationAppO11yConfig",
  "grafana:cloud/productActivationK8sO11yConfigV1Alpha1:ProductActivationK8sO11yConfigV1Alpha1":
    "grafana:cloud/v1alpha1/productActivationK8sO11yConfig:ProductActivationK8sO11yConfig",
  "grafana:experimental/appsDashboard:AppsDashboard": "grafana:apps/v1beta1/dashboard:Dashboard",
  "grafana:experimental/appsPlaylistV0Alpha1:AppsPlaylistV0Alpha1": "grafana:apps/v0alpha1/playlist:Playlist",
  "postgresql:index/defaultPrivileg:DefaultPrivileg": "postgresql:index/defaultPrivileges:DefaultPrivileges",
};

/** The newest name of a type. */
export const newestType = (type: string): string => newer[type] ?? type;

export const renamedTypes: readonly string[] = Object.keys(newer);
