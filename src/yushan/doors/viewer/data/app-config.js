// The viewer speaks to this commons and to nobody else; the session's cookie carries the right.
// Words in capitals are put in by the server: the page's language, not the browser's.
localStorage.setItem('i18nextLng', 'LANGUAGE');
// A segmentation of pictures without a place in space (films, photographs, screens) has neither
// orientation nor spacing, which the viewer demands: it gets those the viewer gives such pictures.
const FLAT = {
  PlaneOrientationSequence: { ImageOrientationPatient: [1, 0, 0, 0, 1, 0] },
  PixelMeasuresSequence: { PixelSpacing: [1, 1] },
};
const layFlat = ({ Modality, instance }) => {
  const first = sequence => (Array.isArray(sequence) ? sequence[0] : sequence);
  const shared = Modality === 'SEG' && first(instance.SharedFunctionalGroupsSequence);
  const own = shared && first(instance.PerFrameFunctionalGroupsSequence);
  Object.entries(own ? FLAT : {}).forEach(([name, item]) => {
    if (!shared[name] && !own[name]) {
      shared[name] = Object.assign([item], item);
    }
  });
};
// What was drawn upon images (?overlay=SERIES) is laid over them as a double click on it would do,
// once it and a viewport are there.
const overlay = {
  id: 'yushan-overlay',
  onModeEnter({ servicesManager, commandsManager }) {
    const appConfig = window.config;
    const wanted = new URLSearchParams(window.location.search).get('overlay');
    const grid = servicesManager.services.viewportGridService;
    const sets = servicesManager.services.displaySetService;
    const customs = servicesManager.services.customizationService;
    let ready = false;
    let done = !wanted;
    const show = () => {
      const found = sets.getActiveDisplaySets().find(one => one.SeriesInstanceUID === wanted);
      const { activeViewportId, isHangingProtocolLayout } = grid.getState();
      if (done || !ready || !found || !activeViewportId) {
        return;
      }
      done = true;
      const doubleClick = customs.getCustomization('studyBrowser.thumbnailDoubleClickCallback');
      doubleClick.callbacks.forEach(callback =>
        callback({
          activeViewportId, commandsManager, servicesManager, isHangingProtocolLayout, appConfig,
        })(found.displaySetInstanceUID)
      );
    };
    // Not before an image is there and drawn: its loading would end in a viewport that is gone.
    const after = (event, then) =>
      document.addEventListener(event, then, { capture: true, once: true });
    after('CORNERSTONE_STACK_NEW_IMAGE', () =>
      after('CORNERSTONE_IMAGE_RENDERED', () => {
        ready = true;
        setTimeout(show, 200);
      })
    );
    sets.subscribe(sets.EVENTS.DISPLAY_SETS_ADDED, () => {
      sets.getActiveDisplaySets().forEach(layFlat);
      show();
    });
  },
};
window.config = {
  routerBasename: '/viewer',
  showStudyList: false,
  showPatientInfo: 'disabled',
  disableConfirmationPrompts: true,
  extensions: [overlay],
  modes: [],
  // No logo that leads elsewhere: the bar above the viewer says where one is.
  whiteLabeling: { createLogoComponentFn: React => React.createElement('span') },
  customizationService: [
    {
      'ohif.tours': { $set: [] },
      'ohif.aboutModal': { $set: () => 'OHIF Viewer VERSION (MIT). Yushan: for research use only.' },
      // Without its browser of tags: the portal's page of tags shows what may be shown.
      'studyBrowser.thumbnailMenuItems': {
        $set: [
          {
            id: 'addAsLayer',
            label: 'LAYER',
            iconName: 'ViewportViews',
            commands: 'addDisplaySetAsLayer',
          },
        ],
      },
    },
  ],
  maxNumberOfWebWorkers: 2,
  showWarningMessageForCrossOrigin: true,
  showLoadingIndicator: true,
  showCPUFallbackMessage: false,
  investigationalUseDialog: { option: 'never' },
  maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 10 },
  defaultDataSourceName: 'dicomweb',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'dicomweb',
      configuration: {
        friendlyName: 'Yushan',
        name: 'yushan',
        wadoUriRoot: '/dicom-web',
        qidoRoot: '/dicom-web',
        wadoRoot: '/dicom-web',
        qidoSupportsIncludeField: false,
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        supportsFuzzyMatching: false,
        supportsWildcard: true,
        dicomUploadEnabled: false,
        singlepart: 'bulkdata,pdf,video',
        bulkDataURI: { enabled: true, relativeResolution: 'studies' },
        omitQuotationForMultipartRequest: true,
      },
    },
  ],
};
