package e2e_test

// evidence names the tests that prove what no inspect shows: which services
// there are, in what order and when, and what this machine's kernel or engine
// does not do.
type evidence struct{ fields, by string }

var provenElsewhere = []evidence{
	{fields: "version .ports[].name .ports[].app_protocol", by: "TestConfigShowsWhatNoEngineHasAPlaceFor"},
	{
		fields: "include include[].path include[].env_file include[].project_directory .extends .extends.service .extends.file",
		by:     "TestFilesOfOtherFilesAreOneProject",
	},
	{fields: ".scale .deploy.mode .deploy.replicas", by: "TestScaleAndReplicasAreContainers"},
	{fields: ".deploy.mode=*-job", by: "TestJobsAreRunOnceForTheSameInputs"},
	{fields: ".profiles", by: "TestServicesBehindAProfileStayOutUntilItIsChosen"},
	{
		fields: ".deploy.update_config .deploy.update_config.parallelism .deploy.update_config.failure_action .deploy.update_config.monitor" +
			" .deploy.update_config.order .deploy.rollback_config .deploy.rollback_config.order .deploy.rollback_config.monitor",
		by: "TestRollingUpdateUnderLoadFailsNoRequest TestStopFirstUpdateTakesAsManyAsItMayAtOnce" +
			" TestUpdateThatFailsIsPausedUnlessItIsToGoOn TestUpdateThatFailsLateIsRolledBackEverywhere",
	},
	{
		fields: ".deploy.update_config.delay .deploy.update_config.max_failure_ratio .deploy.rollback_config.parallelism" +
			" .deploy.rollback_config.delay .deploy.rollback_config.failure_action .deploy.rollback_config.max_failure_ratio",
		by: "TestUpdatesAreMadeSlotBySlot TestTooManyFailuresAreWhatTheRatioSays TestARollbackKeepsToItsOwnConfig",
	},
	{
		fields: ".develop .develop.watch .develop.watch[].path .develop.watch[].target .develop.watch[].ignore .develop.watch[].include" +
			" .develop.watch[].initial_sync",
		by: "TestWatchKeepsEveryReplicaAsTheFilesAre",
	},
	{fields: ".develop.watch[].action", by: "TestWatchBuildsAndReplacesOneService TestWatchRestartsAndRunsCommandsAfterASync"},
	{
		fields: ".develop.watch[].exec .develop.watch[].exec.command .develop.watch[].exec.user .develop.watch[].exec.working_dir" +
			" .develop.watch[].exec.environment .develop.watch[].exec.environment.*",
		by: "TestWatchRestartsAndRunsCommandsAfterASync",
	},
	{fields: ".develop.watch[].exec.privileged", by: "TestWatchRunsPrivilegedCommands"},
	{fields: ".attach", by: "TestWhichLogsAnUpShows"},
	{
		fields: ".depends_on .depends_on.* .depends_on.*.condition",
		by:     "TestDependentStartsWhenItsDependencyIsReady TestDependentStartsWhenAJobHasCompleted",
	},
	{fields: ".depends_on.*.required", by: "TestOptionalDependencyThatIsUndefined TestAnOptionalDependencyOnlyHasToEnd"},
	{fields: ".depends_on.*.restart", by: "TestDependentsThatAskForItRestartWithTheirDependency"},
	{
		fields: ".post_start .post_start[].command .post_start[].user .post_start[].working_dir .post_start[].environment" +
			" .post_start[].environment.* .pre_stop .pre_stop[].command .pre_stop[].user .pre_stop[].working_dir" +
			" .pre_stop[].environment .pre_stop[].environment.*",
		by: "TestHooksRunAsTheyAreWritten",
	},
	{fields: ".post_start[].privileged .pre_stop[].privileged", by: "TestPrivilegedHooksHaveMoreThanTheirContainer"},
	{
		fields: ".cpu_rt_period .cpu_rt_runtime .storage_opt .volumes[].type=npipe .platform",
		by:     "TestFieldsThatTheMachineMayNotHave",
	},
	{fields: "networks.*.enable_ipv4=false", by: "TestIPv4CanBeTurnedOff"},
	{fields: ".pull_policy", by: "TestPullPolicySaysWhenTheRegistryIsAsked TestPullPolicies"},
	{fields: ".pull_refresh_after", by: "TestPullPolicies"},
	{
		fields: ".build .build.context .build.dockerfile .build.target .build.args .build.args.* .build.labels .build.labels.*" +
			" .build.tags .build.extra_hosts .build.extra_hosts.*",
		by: "TestBuildHonoursStagesArgumentsLabelsTagsAndIgnoredFiles",
	},
	{
		fields: ".build.dockerfile_inline .build.secrets .build.secrets[].source .build.secrets[].target",
		by:     "TestBuildSecretsAreMountedAndLeaveNoTrace",
	},
	{fields: ".build.ssh .build.ssh.*", by: "TestAgents TestBuildWithoutAnAgentSaysHowToStartOne"},
	{fields: ".build.additional_contexts .build.additional_contexts.*", by: "TestImageIsBuiltOnAnotherServicesAndOnAFolder"},
	{
		fields: ".build.shm_size .build.ulimits .build.ulimits.* .build.ulimits.*.soft .build.ulimits.*.hard",
		by:     "TestLimitsOfABuildHoldOrAreNamed",
	},
	{fields: ".build.cache_from .build.cache_to", by: "TestCaches"},
	{fields: ".build.entitlements .build.privileged", by: "TestEntitlements"},
	{
		fields: ".build.network .build.no_cache .build.no_cache_filter .build.pull .build.provenance .build.sbom",
		by:     "TestWhatTheFrontendIsTold",
	},
	{fields: ".build.platforms", by: "TestWhatTheFrontendIsTold TestBuildxIsGivenTheWholeBuild"},
	{fields: ".build.isolation", by: "TestWhatAnEngineCannotDoIsRefusedByName"},
	{fields: ".pre_start", by: "TestAPreStartHookSharesTheVolumesOfTheService"},
	{fields: ".pre_start[].<container_spec>", by: "TestAHookHasTheSecretsOfItsServiceAndSeveralNetworks"},
	{fields: ".pre_start[].per_replica", by: "TestAHookRunsForEachReplicaThatAsksForIt"},
	{
		fields: ".provider .provider.type .provider.options .provider.options.*",
		by:     "TestAProvidersVariablesAreInTheContainersThatDependOnIt",
	},
	{
		fields: ".models .models.* .models.*.endpoint_var .models.*.model_var models models.* models.*.name models.*.model",
		by:     "TestAModelsAddressIsInTheContainersThatUseIt",
	},
	{fields: "models.*.context_size models.*.runtime_flags", by: "TestScripts"}, // models.txtar
	{
		fields: "configs.*.external configs.*.external.name secrets.*.external secrets.*.external.name",
		by:     "TestAnExternalFileComesFromItsProvider TestExternalSecretComesFromItsProvider",
	},
	// An engine on Linux, or on a kernel without weights, drops these from what
	// it holds: the create call's body has them.
	{
		fields: ".cpu_percent .blkio_config.weight .blkio_config.weight_device .blkio_config.weight_device[].path .blkio_config.weight_device[].weight",
		by:     "TestCreatePayload",
	},
}
